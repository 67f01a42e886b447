-- A piece keeps its words only as long as they are needed after it was handled; what became of it stays.
ALTER TABLE inbox_item ADD COLUMN blanked_at BIGINT;
CREATE INDEX inbox_item_handled ON inbox_item (done_at, id) WHERE done_at IS NOT NULL AND blanked_at IS NULL;
