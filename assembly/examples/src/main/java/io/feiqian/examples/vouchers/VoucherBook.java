package io.feiqian.examples.vouchers;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import io.feiqian.participant.Tcc;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who holds vouchers of how much; announced first, and issued when the sale is decided. */
@Component
class VoucherBook {
    private final JdbcClient jdbc;

    VoucherBook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Voucher(String holder, long cents) {
        static Voucher of(BranchCall call) {
            String[] parts = call.content().text().split(":", 2);
            return new Voucher(parts[0], Long.parseLong(parts[1]));
        }
    }

    /** Announces a voucher; nobody can spend it yet. */
    @Tcc(value = "issue", confirm = "issue", cancel = "withdraw")
    public Content announce(Connection connection, BranchCall call) {
        Voucher voucher = Voucher.of(call);
        if (change("announced = announced + :cents", voucher) != 1) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_CUSTOMER, "holder: " + voucher.holder() + " is none");
        }
        return Content.ofText("issued " + voucher.cents());
    }

    /** Issues what was announced. */
    public void issue(Connection connection, BranchCall call) {
        change("cents = cents + :cents, announced = announced - :cents", Voucher.of(call));
    }

    /** Takes the announcement back. */
    public void withdraw(Connection connection, BranchCall call) {
        change("announced = announced - :cents", Voucher.of(call));
    }

    private int change(String what, Voucher voucher) {
        return jdbc.sql("update voucher set " + what + " where holder = :holder")
                .param("cents", voucher.cents())
                .param("holder", voucher.holder())
                .update();
    }
}
