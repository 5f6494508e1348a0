package io.feiqian.examples.points;

import io.feiqian.examples.points.PointsBook.Earned;
import io.feiqian.examples.points.PointsBook.Gift;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.spring.TransactionProblems;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The points service as others call it. */
@RestController
final class PointsController {
    private final GlobalTransactions transactions;
    private final PointsBook book;

    PointsController(GlobalTransactions transactions, PointsBook book) {
        this.transactions = transactions;
        this.book = book;
    }

    /** What a gift is asked for with. */
    record Asked(String trace, long member, long points) {}

    /** Joins the caller's transaction: the context comes from the call's header. */
    @PostMapping("/points/earned")
    ResponseEntity<Object> earned(BranchContext context, @RequestBody Earned earned)
            throws SQLException {
        return TransactionProblems.respond(
                transactions.branches().tcc(context, "earn", earned.content()));
    }

    /** Answered once for each trace number, without any transaction of others. */
    @PostMapping("/points/gifts")
    Gift gift(@RequestBody Asked asked) {
        return book.gift(TraceNumber.parse(asked.trace()), asked.member(), asked.points());
    }

    @GetMapping("/points/{member}")
    long points(@PathVariable long member) {
        return book.points(member);
    }
}
