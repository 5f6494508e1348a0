package io.feiqian.participantdubbo;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.dubbo.rpc.RpcException;

/**
 * Refusals as Dubbo carries them: an {@link IllegalStateException} whose message is {@code feiqian
 * <code> <name>: <message>}. One of the JDK's passes Dubbo's filters as it is and every consumer
 * knows it; a method that declares it keeps Dubbo from logging it as a fault. It is an answer, so
 * Dubbo does not repeat the call.
 */
public final class DubboRefusals {
    private static final Pattern FORM =
            Pattern.compile("feiqian (\\d{1,9}) [A-Z_]+: (.*)", Pattern.DOTALL);

    private DubboRefusals() {}

    /** What a method throws where a branch is refused. */
    public static IllegalStateException exception(Outcome.Refused refusal) {
        return new IllegalStateException(
                "feiqian %d %s: %s"
                        .formatted(refusal.code().number(), refusal.code(), refusal.message()));
    }

    /** The refusal that a call ended with; empty where the exception is another. */
    public static Optional<Outcome.Refused> read(RuntimeException failed) {
        Matcher form = FORM.matcher(String.valueOf(failed.getMessage()));
        if (!form.matches()) {
            return Optional.empty();
        }
        OutcomeCode code = OutcomeCode.ofNumber(Integer.parseInt(form.group(1)));
        return Outcome.of(code, form.group(2)) instanceof Outcome.Refused refused
                ? Optional.of(refused)
                : Optional.empty();
    }

    /**
     * Makes a call and answers what became of the branch, for {@code TransactionScope.call}: what
     * the call returned where it was accepted, its refusal where it was refused, and unknown where
     * nothing was heard.
     */
    public static BranchAnswer answer(Supplier<Content> call) {
        try {
            return new BranchAnswer(Outcome.accepted(), call.get(), false);
        } catch (IllegalStateException | RpcException failed) {
            Optional<Outcome.Refused> refusal = read(failed);
            Outcome outcome =
                    refusal.isPresent()
                            ? refusal.get()
                            : new Outcome.Unknown("no answer: " + failed.getMessage());
            return new BranchAnswer(outcome, Content.EMPTY, false);
        }
    }
}
