package io.feiqian.security;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One change by hand, as it is to be recorded.
 *
 * @param order who wanted it and why
 * @param action what was done, such as {@code business-date.set}
 * @param subject to what, such as {@code cell-1}
 * @param details further facts by name; no secrets and no personal data
 */
public record AuditEntry(
        ChangeOrder order, String action, String subject, Map<String, String> details) {
    /** Keeps a copy of the details, in order of their names. */
    public AuditEntry {
        details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    }
}
