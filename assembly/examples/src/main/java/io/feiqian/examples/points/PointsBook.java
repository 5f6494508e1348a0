package io.feiqian.examples.points;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import io.feiqian.participant.Idempotent;
import io.feiqian.participant.Tcc;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Members' points. They are given out of a stock, announced first and posted when the purchase is
 * decided; a gift is no part of a purchase, and answered once.
 */
@Component
class PointsBook {
    /** What is given is taken from here. */
    static final long STOCK = 0;

    private final JdbcClient jdbc;

    PointsBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Who is given how many points. */
    record Earned(long member, long points) {
        Content content() {
            return Content.ofText(member + ":" + points);
        }

        static Earned read(Content content) {
            String[] parts = content.text().split(":", 2);
            return new Earned(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
    }

    /** A gift as it is answered, and answered again. */
    record Gift(long member, long points, long pointsNow) {}

    /** Announces the points; nothing may be spent of them yet. */
    @Tcc(value = "earn", confirm = "post", cancel = "withdraw")
    public Content announce(Connection connection, BranchCall call) {
        Earned earned = Earned.read(call.content());
        if (change("announced", earned.member(), earned.points()) != 1) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_CUSTOMER, "member: " + earned.member() + " is none");
        }
        return Content.ofText("announced " + earned.points());
    }

    /** Posts what was announced. */
    public void post(Connection connection, BranchCall call) {
        Earned earned = Earned.read(call.content());
        change("announced", earned.member(), -earned.points());
        give(earned);
    }

    /** Takes the announcement back. */
    public void withdraw(Connection connection, BranchCall call) {
        Earned earned = Earned.read(call.content());
        change("announced", earned.member(), -earned.points());
    }

    /** Gives points without a purchase, once for each trace number. */
    @Idempotent("points-gift")
    public Gift gift(TraceNumber trace, long member, long points) {
        give(new Earned(member, points));
        return new Gift(member, points, points(member));
    }

    long points(long member) {
        return jdbc.sql("select points from member where id = :id")
                .param("id", member)
                .query(Long.class)
                .optional()
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.UNKNOWN_CUSTOMER, "member: " + member + " is none"));
    }

    private void give(Earned earned) {
        change("points", earned.member(), earned.points());
        change("points", STOCK, -earned.points());
    }

    private int change(String column, long member, long by) {
        return jdbc.sql("update member set " + column + " = " + column + " + :by where id = :id")
                .param("by", by)
                .param("id", member)
                .update();
    }
}
