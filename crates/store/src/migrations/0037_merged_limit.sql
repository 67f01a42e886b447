-- 上级限办日期 of what was merged into an order binds that order.
ALTER TABLE orders ADD COLUMN merged_limit_at BIGINT;
