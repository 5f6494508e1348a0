package io.feiqian.console;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.spi.AuditTrail;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What users do, recorded before it is done; where that fails it is not done. Thread-safe. */
final class Trail {
    private static final Logger LOG = LoggerFactory.getLogger(Trail.class);

    private final AuditTrail trail;

    Trail(AuditTrail trail) {
        this.trail = trail;
    }

    /** Records what is asked for, with the name of the API token where one was shown. */
    void add(Asked asked, String action, String subject, Map<String, String> details) {
        Map<String, String> all = new TreeMap<>(details);
        asked.tokenName().ifPresent(name -> all.put("api_token", name));
        add(asked.user().name(), asked.field("reason"), action, subject, all);
    }

    /**
     * Records that a user does something.
     *
     * @throws RefusedException where the reason is blank or too long, and where it cannot be
     *     recorded: then it is not to be done
     */
    void add(
            String user,
            String reason,
            String action,
            String subject,
            Map<String, String> details) {
        AuditEntry entry = new AuditEntry(ChangeOrder.of(user, reason), action, subject, details);
        try {
            var _ = trail.append(entry);
        } catch (UncheckedIOException full) {
            LOG.error("the audit trail cannot be written: {} is not done", action, full);
            throw new RefusedException(
                    OutcomeCode.AUDIT_UNAVAILABLE,
                    "audit trail: cannot be written, nothing was done (expected: room on the disk)",
                    full);
        }
    }
}
