-- The dispatch catalogue keeps its history: a rule's versions share a series, and say who made them and why. A dispatch
-- keeps the evidence it rests on, a return the line of it that is wrong, and every request the time it must be decided in.

ALTER TABLE catalogue_rule ADD COLUMN series BIGINT;
ALTER TABLE catalogue_rule ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE catalogue_rule ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE catalogue_rule ADD COLUMN made_by UUID;
ALTER TABLE catalogue_rule ADD COLUMN made_at BIGINT;
ALTER TABLE catalogue_rule ADD COLUMN ruling UUID;
ALTER TABLE catalogue_rule ADD COLUMN ended_by UUID;
ALTER TABLE catalogue_rule ADD COLUMN end_reason TEXT;
CREATE INDEX catalogue_rule_series ON catalogue_rule (series) WHERE series IS NOT NULL;

ALTER TABLE task ADD COLUMN evidence JSONB;

ALTER TABLE request ADD COLUMN disputed TEXT;
ALTER TABLE request ADD COLUMN due_at BIGINT;
ALTER TABLE request ADD COLUMN escalate_at BIGINT;
ALTER TABLE request ADD COLUMN escalated_n INTEGER NOT NULL DEFAULT 0;
CREATE INDEX request_awaiting ON request (awaiting, due_at, id) WHERE state = 'pending';
CREATE INDEX request_escalate ON request (escalate_at, id) WHERE state = 'pending' AND escalate_at IS NOT NULL;
