-- What series of usage show beside the counts: who failed, whose tools they were, and how long calls took, as numbers of
-- calls by bucket of their duration (src/usage/reports/series/latency-buckets.ts). All are recomputed with their hour. Rows
-- from before have an empty map, which says that these are not known; the deliverer recomputes their hours one by one.
ALTER TABLE mcp_tool_usage_hourly
    ADD COLUMN IF NOT EXISTS backend_errors UInt64,
    ADD COLUMN IF NOT EXISTS service_prefix LowCardinality(String),
    ADD COLUMN IF NOT EXISTS latency Map(Int16, UInt32);

-- The same rows as in mcp_tool_usage_log, of the last days only, by time: everybody's newest calls, for operators. The log is
-- sorted by user, so that question would read all of it. No materialized view of the log fills it: an insert that ClickHouse
-- drops, since it knows its token, does not reach views, so that a view that failed the first time would lack its rows for
-- good. Delivery inserts into both instead, as often as it takes, and a repeated row replaces itself in both. By week, so that
-- old parts go as a whole.
CREATE TABLE IF NOT EXISTS mcp_tool_usage_by_time
(
    id               UUID,
    request_id       String,
    user_id          String,
    api_key_id       String,
    tool_name        LowCardinality(String),
    service_prefix   LowCardinality(String),
    table_name       LowCardinality(String),
    arguments        String,
    record_count     UInt64,
    duration_ms      Float64,
    is_error         Bool,
    is_backend_error Bool,
    error_code       LowCardinality(String),
    error_message    String,
    credits_cost     UInt32,
    credits_charged  UInt32,
    client_name      LowCardinality(String),
    protocol_version LowCardinality(String),
    transport        LowCardinality(String),
    replica          LowCardinality(String),
    created_at       DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toMonday(created_at)
ORDER BY (created_at, id)
TTL toDateTime(created_at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 1000;
