package io.feiqian.console;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.spi.AuditTrail;
import java.util.Map;
import java.util.TreeMap;

/** What users do, recorded before it is done; where that fails it is not done. Thread-safe. */
final class Trail {
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
     * @throws io.feiqian.vocabulary.RefusedException where the reason is blank or too long
     */
    void add(
            String user,
            String reason,
            String action,
            String subject,
            Map<String, String> details) {
        var _ =
                trail.append(
                        new AuditEntry(ChangeOrder.of(user, reason), action, subject, details));
    }
}
