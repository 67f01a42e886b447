-- 话机分机: who answers at a SIP desk phone instead of the browser. One extension is one person's.

CREATE TABLE seat_phone (
    user_id   UUID   NOT NULL PRIMARY KEY,
    extension TEXT   NOT NULL UNIQUE
);
