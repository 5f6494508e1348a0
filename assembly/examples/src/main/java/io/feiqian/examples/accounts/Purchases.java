package io.feiqian.examples.accounts;

import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.spring.BranchCalls;
import io.feiqian.spring.FeiqianProperties;
import io.feiqian.spring.SpringWork;
import io.feiqian.spring.TransactionProblems;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.net.URI;
import java.sql.SQLException;
import java.util.Objects;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * A purchase: an account pays the shop, and the customer earns points at the other service, both or
 * neither.
 */
@RestController
final class Purchases {
    /** The shop's own account. */
    static final long SHOP = 0;

    /** For each point so many cents are spent. */
    private static final long CENTS_PER_POINT = 100;

    private final GlobalTransactions transactions;
    private final SpringWork work;
    private final BranchCalls calls;
    private final JdbcClient jdbc;
    private final RestClient points;

    Purchases(
            GlobalTransactions transactions,
            SpringWork work,
            BranchCalls calls,
            JdbcClient jdbc,
            RestClient.Builder clients,
            FeiqianProperties properties) {
        this.transactions = transactions;
        this.work = work;
        this.calls = calls;
        this.jdbc = jdbc;
        URI address = Objects.requireNonNull(properties.services().get("points"), "points");
        this.points = clients.baseUrl(address).build();
    }

    /**
     * What a customer wants.
     *
     * @param trace the trace number: the same for every repetition of this purchase
     * @param account who pays
     * @param cents how much
     * @param member who earns the points
     */
    record Purchase(String trace, long account, long cents, long member) {
        Content content() {
            return Content.ofText(account + ":" + cents + ":" + member);
        }
    }

    /** What is asked of the points service. */
    record Earned(long member, long points) {
        Content content() {
            return Content.ofText(member + ":" + points);
        }
    }

    @PostMapping("/purchases")
    ResponseEntity<Object> buy(@RequestBody Purchase purchase) throws SQLException {
        if (purchase.cents() <= 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_AMOUNT, "cents: " + purchase.cents() + " (expected: > 0)");
        }
        TraceNumber trace = TraceNumber.parse(purchase.trace());
        TransactionOrder order =
                TransactionOrder.of(trace, purchase.content(), trace.date()).settled();
        Earned earned = new Earned(purchase.member(), purchase.cents() / CENTS_PER_POINT);
        return TransactionProblems.respond(
                transactions.execute(
                        order,
                        scope -> {
                            scope.call(
                                    "points",
                                    earned.content(),
                                    context ->
                                            calls.post(points, "/points/earned", earned, context));
                            scope.own(work.of(() -> pay(purchase)));
                        }));
    }

    /** The own share: rides with the decision in one commit. */
    private Content pay(Purchase purchase) {
        int paid =
                jdbc.sql(
                                "update account set cents = cents - :cents"
                                        + " where id = :id and cents >= :cents")
                        .param("cents", purchase.cents())
                        .param("id", purchase.account())
                        .update();
        if (paid != 1) {
            throw new RefusedException(
                    OutcomeCode.INSUFFICIENT_FUNDS,
                    "account %d: less than %d cents"
                            .formatted(purchase.account(), purchase.cents()));
        }
        jdbc.sql("update account set cents = cents + :cents where id = :id")
                .param("cents", purchase.cents())
                .param("id", SHOP)
                .update();
        return Content.ofText("paid " + purchase.cents());
    }

    @GetMapping("/accounts/{id}")
    long balance(@PathVariable long id) {
        return jdbc.sql("select cents from account where id = :id")
                .param("id", id)
                .query(Long.class)
                .optional()
                .orElseThrow(
                        () -> new RefusedException(OutcomeCode.UNKNOWN_ACCOUNT, "account: " + id));
    }
}
