-- 领导信箱: a leader sees every letter written to them, whatever the scope of their account.
INSERT INTO order_grant (order_id, holder, kind, registered_at, is_open)
SELECT o.id, m.leader, 'copy', g.registered_at, g.is_open FROM orders o
JOIN mailbox m ON m.id = o.mailbox
JOIN order_grant g ON g.order_id = o.id AND g.holder = o.registered_org AND g.kind = 'registered'
WHERE o.mailbox IS NOT NULL ON CONFLICT (order_id, holder, kind) DO NOTHING;
