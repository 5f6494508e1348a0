-- Rules of the way in. Each lasts for as long as what it looks at is so; a rule of this name that somebody
-- made stays as it is.
insert into alarm_rule (name, enabled, severity, kind, subject, filter, node, test, bound, window_millis,
    lasting_millis, channels, changed_at, changed_by)
values
    ('gateway: pool without a backend', true, 'CRITICAL', 'METRIC', 'feiqian.gateway.pool.serving', '', '',
        'BELOW', 1, 60000, 10000, '{}', 0, 'feiqian'),
    ('gateway: backend stays down', true, 'WARNING', 'METRIC', 'feiqian.gateway.backend.up', '', '',
        'BELOW', 1, 60000, 60000, '{}', 0, 'feiqian'),
    ('gateway: TLS files unusable', true, 'WARNING', 'METRIC', 'feiqian.gateway.tls.stale', '', '',
        'ABOVE', 0, 60000, 0, '{}', 0, 'feiqian'),
    ('gateway: certificate ends soon', true, 'WARNING', 'METRIC', 'feiqian.gateway.tls.expires', '', '',
        'BELOW', 14, 60000, 0, '{}', 0, 'feiqian'),
    ('gateway: newest document not in force', true, 'WARNING', 'METRIC', 'feiqian.gateway.document.refused', '', '',
        'ABOVE', 0, 60000, 0, '{}', 0, 'feiqian'),
    ('gateway: connections refused by limits', true, 'WARNING', 'METRIC', 'feiqian.gateway.limits.refused', '', '',
        'RATE_ABOVE', 10, 60000, 30000, '{}', 0, 'feiqian'),
    ('gateway: requests refused by bounds', true, 'WARNING', 'METRIC', 'feiqian.gateway.requests.refused', '', '',
        'RATE_ABOVE', 10, 60000, 30000, '{}', 0, 'feiqian'),
    ('gateway: requests refused by policies', true, 'WARNING', 'METRIC', 'feiqian.policy.calls', 'did=refused', 'gateway',
        'RATE_ABOVE', 10, 60000, 30000, '{}', 0, 'feiqian'),
    ('gateway: requests go to standby cells', true, 'WARNING', 'METRIC', 'feiqian.gateway.cell', 'reason=standby', '',
        'RATE_ABOVE', 0, 60000, 0, '{}', 0, 'feiqian'),
    ('gateway: requests go to failover cells', true, 'WARNING', 'METRIC', 'feiqian.gateway.cell', 'reason=failover', '',
        'RATE_ABOVE', 0, 60000, 0, '{}', 0, 'feiqian'),
    ('gateway: requests go to another city', true, 'WARNING', 'METRIC', 'feiqian.gateway.elsewhere', '', '',
        'RATE_ABOVE', 0, 60000, 0, '{}', 0, 'feiqian')
on conflict (name) do nothing;
