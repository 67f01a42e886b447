-- 更正 of a contact (W15, B6): the record that puts it right follows the first one, and may say that nobody was contacted. Results
-- grow, so SQLite builds the table anew.
ALTER TABLE request ADD COLUMN contact UUID;

--lite:
CREATE TABLE contact_next (
    id           UUID    NOT NULL PRIMARY KEY,
    order_id     UUID    NOT NULL REFERENCES orders (id),
    ord          INTEGER NOT NULL,
    task_id      UUID    NOT NULL,
    at           BIGINT  NOT NULL,
    way          TEXT    NOT NULL CHECK (way IN ('phone','visit','onsite','online')),
    result       TEXT    NOT NULL CHECK (result IN ('reached','no_answer','refused','wrong_number','none')),
    note         TEXT,
    by_user      UUID    NOT NULL,
    recorded_at  BIGINT  NOT NULL,
    corrects     UUID,
    corrected_at BIGINT
);
INSERT INTO contact_next (id, order_id, ord, task_id, at, way, result, note, by_user, recorded_at)
    SELECT id, order_id, ord, task_id, at, way, result, note, by_user, recorded_at FROM contact;
DROP TABLE contact;
ALTER TABLE contact_next RENAME TO contact;
CREATE INDEX contact_order ON contact (order_id, ord);
--end
--pg:
ALTER TABLE contact DROP CONSTRAINT contact_result_check;
ALTER TABLE contact ADD CONSTRAINT contact_result_check CHECK (result IN ('reached','no_answer','refused','wrong_number','none'));
ALTER TABLE contact ADD COLUMN corrects UUID;
ALTER TABLE contact ADD COLUMN corrected_at BIGINT;
--end
CREATE INDEX contact_corrects ON contact (corrects, ord) WHERE corrects IS NOT NULL;
