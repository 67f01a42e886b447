-- What the reply gate found in the answer a unit handed in last, and the unit's reason for letting it go.

ALTER TABLE task ADD COLUMN gate JSONB;
