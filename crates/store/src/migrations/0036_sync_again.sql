-- 重新发送: what a partner did not take may be said anew, under another number.
ALTER TABLE partner_message ADD COLUMN again_at BIGINT;
CREATE INDEX partner_message_refused ON partner_message (partner_id, no)
    WHERE state = 'refused' AND link_id IS NULL AND again_at IS NULL;
