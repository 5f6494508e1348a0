package io.feiqian.examples.sales;

import io.feiqian.examples.vouchers.Vouchers;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participantdubbo.DubboContext;
import io.feiqian.participantdubbo.DubboRefusals;
import io.feiqian.spring.SpringWork;
import io.feiqian.spring.TransactionProblems;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** A sale: money comes into the till, and the other service issues a voucher, both or neither. */
@RestController
final class Sales {
    private final GlobalTransactions transactions;
    private final SpringWork work;
    private final JdbcClient jdbc;
    private final Vouchers vouchers;

    Sales(GlobalTransactions transactions, SpringWork work, JdbcClient jdbc, Vouchers vouchers) {
        this.transactions = transactions;
        this.work = work;
        this.jdbc = jdbc;
        this.vouchers = vouchers;
    }

    /**
     * What a customer wants.
     *
     * @param trace the trace number: the same for every repetition of this sale
     * @param holder who is to hold the voucher
     * @param cents of how much
     */
    record Sale(String trace, String holder, long cents) {
        Content content() {
            return Content.ofText(holder + ":" + cents);
        }
    }

    @PostMapping("/sales")
    ResponseEntity<Object> sell(@RequestBody Sale sale) throws SQLException {
        TraceNumber trace = TraceNumber.parse(sale.trace());
        TransactionOrder order = TransactionOrder.of(trace, sale.content(), trace.date()).settled();
        return TransactionProblems.respond(
                transactions.execute(
                        order,
                        scope -> {
                            scope.call(
                                    "vouchers",
                                    sale.content(),
                                    context ->
                                            DubboRefusals.answer(() ->
                                                    DubboContext.call(
                                                            context,
                                                            () ->
                                                                    Content.ofText(
                                                                            vouchers.issue(
                                                                                    sale.holder(),
                                                                                    sale
                                                                                            .cents())))));
                            scope.own(work.of(() -> take(sale)));
                        }));
    }

    private Content take(Sale sale) {
        jdbc.sql("update till set cents = cents + :cents where id = 0")
                .param("cents", sale.cents())
                .update();
        return Content.ofText("sold " + sale.cents());
    }

    /** What the vouchers service sees of a call that is made for a request. */
    @GetMapping("/context")
    String context() {
        return vouchers.context();
    }
}
