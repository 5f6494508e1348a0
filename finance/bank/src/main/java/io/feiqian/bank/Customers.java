package io.feiqian.bank;

import io.feiqian.bank.contract.OpenCustomerRequest;
import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.LedgerQueries;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The customers of this cell. Names, documents and telephone numbers are encrypted before they
 * leave this class for the database; documents and telephone numbers are searched by keyed hashes
 * (D6.9-c). Thread-safe.
 */
final class Customers {
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_DOCUMENT = 40;
    private static final int LONGEST_PHONE = 20;
    private static final String FIND = "select name from customer where id = ?";

    /**
     * A customer as an answer shows one.
     *
     * @param number the number
     * @param name the name, in the clear
     * @param accounts the accounts, in order
     */
    record Customer(CustomerNumber number, String name, List<AccountNumber> accounts) {}

    private final LocalCommit commits;
    private final FencedReads reads;
    private final PersonalData personal;
    private final SerialNumbers serials;
    private final Contribution<CustomerCommand> contribution;

    Customers(
            LocalCommit commits,
            CellDatabase database,
            FencedReads reads,
            PersonalData personal,
            LedgerRules rules) {
        this.commits = commits;
        this.reads = reads;
        this.personal = personal;
        this.serials = new SerialNumbers(database, "customer_serial");
        this.contribution = new CustomerContribution(rules);
    }

    /** The part that lets a work go on only where there is such a customer. */
    Part<CustomerCommand> required(CustomerNumber number) {
        return new Part<>(contribution, new CustomerCommand.Require(number));
    }

    /** Opens a customer in the trace number's home slot. */
    CompletableFuture<Answer> open(OpenCustomerRequest request, Caller caller) {
        TraceNumber trace = Fields.trace("trace_number", request.getTraceNumber());
        String name = Fields.text("name", Fields.required("name", request.getName()), LONGEST_NAME);
        String document = Fields.text("document", request.getDocument(), LONGEST_DOCUMENT);
        String phone = Fields.text("phone", request.getPhone(), LONGEST_PHONE);
        Slot slot = trace.home();
        if (slot.isPinned()) {
            throw new RefusedException(
                    OutcomeCode.TRACE_NOT_AT_HOME,
                    "trace number: home slot %s (expected: a slot that holds customers)"
                            .formatted(slot));
        }
        return reads.anyhow(
                        connection -> {
                            CustomerNumber number = CustomerNumber.of(slot, serials.next());
                            return row(number, trace, name, document, phone);
                        })
                .thenCompose(row ->
                        commits.submit(
                                new Work(
                                        List.of(
                                                new Claim(
                                                        slot,
                                                        WorkKind.NEW_WORK,
                                                        caller.epochOf(slot))),
                                        List.of(
                                                new Part<>(
                                                        contribution,
                                                        new CustomerCommand.Open(row))),
                                        Lane.NEW,
                                        caller.deadline())));
    }

    /** The customer with this number; {@code UNKNOWN_CUSTOMER} where there is none. */
    CompletableFuture<Customer> find(CustomerNumber number, Caller caller) {
        return reads.of(
                number.slot(),
                caller,
                connection ->
                        new Customer(
                                number,
                                name(connection, number),
                                LedgerQueries.accountsOf(connection, number.number()).stream()
                                        .map(AccountRow::id)
                                        .map(AccountNumber::new)
                                        .toList()));
    }

    private String name(Connection connection, CustomerNumber number) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setLong(1, number.number());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new RefusedException(
                            OutcomeCode.UNKNOWN_CUSTOMER,
                            "customer: " + number + " (expected: a customer of this cell)");
                }
                return personal.decrypt(row.getBytes(1), place("name", number));
            }
        }
    }

    private CustomerRow row(
            CustomerNumber number, TraceNumber trace, String name, String document, String phone) {
        return new CustomerRow(
                number,
                trace,
                digest(name, document, phone),
                sealed("name", name, number),
                sealed("document", document, number),
                searchKey("document", document),
                sealed("phone", phone, number),
                searchKey("phone", phone));
    }

    private Sealed sealed(String what, String text, CustomerNumber number) {
        return text.isEmpty()
                ? Sealed.NOTHING
                : Sealed.of(personal.encrypt(text, place(what, number)));
    }

    private Sealed searchKey(String what, String text) {
        return text.isEmpty() ? Sealed.NOTHING : Sealed.of(personal.searchKey(text, what));
    }

    /**
     * The digest of the content. Keyed: a plain hash of a name and a document would tell them to
     * whoever guesses.
     */
    private long digest(String name, String document, String phone) {
        String content =
                "%d:%s%d:%s%d:%s"
                        .formatted(
                                name.length(),
                                name,
                                document.length(),
                                document,
                                phone.length(),
                                phone);
        return ByteBuffer.wrap(personal.searchKey(content, "customer")).getLong();
    }

    private static String place(String what, CustomerNumber number) {
        return "customer." + what + "/" + number;
    }
}
