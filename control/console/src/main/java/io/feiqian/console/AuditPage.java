package io.feiqian.console;

import io.feiqian.security.AuditHistory;
import io.feiqian.security.AuditRecord;
import java.util.List;

/** Audit: who did what and why, and whether anybody changed the record of it. */
final class AuditPage implements Page {
    private static final String PATH = "/audit";
    private static final int SHOWN = 100;
    private static final int LOOKED_AT = 5_000;

    private final AuditHistory history;

    AuditPage(AuditHistory history) {
        this.history = history;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "audit.title";
    }

    @Override
    public Permission needs() {
        return Permission.AUDIT_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.AUDIT_SEE, visit -> visit.show("audit", model(visit)));
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                                PATH,
                                Permission.AUDIT_SEE,
                                "Who did what on this console and why, the newest first.",
                                Audit.class,
                                this::model)
                        .query("user", Route.Type.TEXT, "by this user only")
                        .query("text", Route.Type.TEXT, "with this in action, subject or details")
                        .query("before", Route.Type.INTEGER, "older than this number only"));
    }

    private Audit model(Asked asked) {
        String user = asked.query("user").strip();
        String text = asked.query("text").strip();
        long before = asked.queryNumber("before", 0);
        return Audit.of(
                user,
                text,
                history.search(each -> fits(each, user, text), before, SHOWN, LOOKED_AT));
    }

    private static boolean fits(AuditRecord record, String user, String text) {
        return (user.isEmpty() || record.entry().order().operator().name().equals(user))
                && (text.isEmpty()
                        || record.entry().action().contains(text)
                        || record.entry().subject().contains(text)
                        || record.entry().order().reason().contains(text)
                        || record.entry().details().values().stream()
                                .anyMatch(each -> each.contains(text)));
    }
}
