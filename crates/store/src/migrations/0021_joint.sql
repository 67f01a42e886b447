-- 并案: an order may follow another, which leads the event; kinds of links grow, so SQLite builds the table anew.
ALTER TABLE orders ADD COLUMN joint_lead UUID;
CREATE INDEX orders_joint_lead ON orders (joint_lead) WHERE joint_lead IS NOT NULL;

--lite:
CREATE TABLE link_next (
    id       UUID    NOT NULL PRIMARY KEY,
    order_id UUID    NOT NULL REFERENCES orders (id),
    ord      INTEGER NOT NULL,
    other_id UUID    NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind IN ('same_person','same_event','parent_child','repeat','petition','supervise','joint','merge')),
    reason   TEXT,
    by_user  UUID,
    at       BIGINT  NOT NULL,
    ended_at BIGINT
);
INSERT INTO link_next (id, order_id, ord, other_id, kind, reason, by_user, at, ended_at)
    SELECT id, order_id, ord, other_id, kind, reason, by_user, at, ended_at FROM link;
DROP TABLE link;
ALTER TABLE link_next RENAME TO link;
CREATE INDEX link_order ON link (order_id, ord);
CREATE INDEX link_other ON link (other_id);
--end
--pg:
ALTER TABLE link DROP CONSTRAINT link_kind_check;
ALTER TABLE link ADD CONSTRAINT link_kind_check CHECK (kind IN ('same_person','same_event','parent_child','repeat','petition','supervise','joint','merge'));
--end
