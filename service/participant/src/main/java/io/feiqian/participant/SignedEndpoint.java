package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other services' phase two finds at a service, whichever protocol carries it: a plain
 * function from a signed message to a signed answer. Thread-safe; blocks its caller.
 *
 * <p>Only what a service of the bank signed for this service is taken: where an address leads to
 * another service by mistake, that one neither answers for decisions that are not its own nor takes
 * orders that were meant for others. The answer is signed as the answer to that very message, so
 * that nobody in between can say that something was finished.
 */
public final class SignedEndpoint {
    /** Asks for orders of phase two to be carried out. */
    public static final String FINISH = "/feiqian/transactions/finish";

    /** Asks what was decided. */
    public static final String INQUIRE = "/feiqian/transactions/inquire";

    /** Carries an operator's question or change; taken only where operators' keys were given. */
    public static final String OPERATE = "/feiqian/transactions/operate";

    private static final Logger LOG = LoggerFactory.getLogger(SignedEndpoint.class);

    private final GlobalTransactions transactions;
    private final ContextKeys keys;
    private final Optional<ContextKeys> operatorKeys;
    private final OperatorDesk desk;

    /** The endpoint of a service, which takes nothing from operators. */
    public SignedEndpoint(GlobalTransactions transactions, ContextKeys keys) {
        this(transactions, keys, Optional.empty());
    }

    private SignedEndpoint(
            GlobalTransactions transactions, ContextKeys keys, Optional<ContextKeys> operators) {
        this.transactions = transactions;
        this.keys = keys;
        this.operatorKeys = operators;
        this.desk =
                new OperatorDesk(
                        transactions.service(), transactions.operations(), transactions.clock());
    }

    /**
     * The same, which answers operators too: whoever signs with one of these keys, which no service
     * needs and which are other ones than the services'.
     */
    public SignedEndpoint withOperators(ContextKeys operators) {
        return new SignedEndpoint(transactions, keys, Optional.of(operators));
    }

    /**
     * What is answered.
     *
     * @param outcome accepted, or why the message was not taken
     * @param text the signed answer; empty where the message was not taken
     */
    public record Answer(Outcome outcome, String text) {
        static Answer refused(OutcomeCode code, String message) {
            return new Answer(Outcome.refused(code, message), "");
        }

        /** The refusal as one line, {@code code name: message}. */
        public String line() {
            return outcome.code().number() + " " + outcome.code() + ": " + outcome.message();
        }
    }

    /** The longest body that a sender with this service's settings writes, in bytes. */
    public int longestBody() {
        return PhaseTwoText.longestBody(transactions.settings());
    }

    /** Answers a message. */
    public Answer answer(SignedMessage message) {
        return message.path().equals(OPERATE) ? operated(message) : answered(message);
    }

    private Answer operated(SignedMessage message) {
        Optional<ContextKeys> signing =
                operatorKeys.filter(each -> message.isSignedFor(transactions.service(), each));
        if (signing.isEmpty()) {
            return Answer.refused(
                    OutcomeCode.UNAUTHENTICATED,
                    "not signed for %s with an operators' key that is known here (expected: %s)"
                            .formatted(
                                    transactions.service(),
                                    operatorKeys
                                            .map(each -> "one of " + each)
                                            .orElse("a service that answers operators")));
        }
        return answered(message, signing.get(), desk::answer);
    }

    private Answer answered(SignedMessage message) {
        if (!message.isSignedFor(transactions.service(), keys)) {
            return Answer.refused(
                    OutcomeCode.FORGED_CONTEXT,
                    "not signed for %s with a key that is known here (expected: one of %s)"
                            .formatted(transactions.service(), keys));
        }
        return answered(message, keys, body -> answered(message.path(), body));
    }

    /** What answers a body. */
    @FunctionalInterface
    private interface Answering {
        String answer(String body) throws SQLException;
    }

    private static Answer answered(
            SignedMessage message, ContextKeys signing, Answering answering) {
        try {
            String answered = answering.answer(message.body());
            return new Answer(Outcome.accepted(), message.answer(answered, signing));
        } catch (RefusedException refused) {
            return new Answer(refused.outcome(), "");
        } catch (SQLException failed) {
            LOG.warn("{}: no answer now", message.path(), failed);
            return Answer.refused(OutcomeCode.DATABASE_UNAVAILABLE, "no answer now");
        }
    }

    private String answered(String path, String body) throws SQLException {
        return switch (path) {
            case FINISH -> PhaseTwoText.reports(transactions.finish(PhaseTwoText.readOrders(body)));
            case INQUIRE -> transactions.answer(PhaseTwoText.readInquiry(body)).name();
            default ->
                    throw new RefusedException(
                            OutcomeCode.UNKNOWN_PATH,
                            "path: of %d characters (expected: %s or %s)"
                                    .formatted(path.length(), FINISH, INQUIRE));
        };
    }
}
