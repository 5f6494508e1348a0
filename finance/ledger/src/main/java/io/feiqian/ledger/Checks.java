package io.feiqian.ledger;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is asked before any business rule: is it a repetition, is it at home, is its day open, does
 * its reservation stand. Repetitions are recognised first, so that they are answered however old
 * they have become.
 */
final class Checks {
    private final CommitContext context;
    private final LedgerRules rules;
    private int oldest;
    private int newest;
    private int newestOfPeer;

    Checks(CommitContext context, LedgerRules rules) {
        this.context = context;
        this.rules = rules;
    }

    Check post(LedgerCommand.Post post, @Nullable JournalRow known) {
        if (known != null) {
            return repetition(known, post);
        }
        boolean own = post.key().sub().number() == 0;
        Slot home = post.movement().debit().slot();
        if (own && !isHome(home, post.key().trace())) {
            return notAtHome(home, post.key().trace());
        }
        return open(post.key().trace(), own, post.date());
    }

    Check reserve(
            HoldKey key,
            LedgerCommand command,
            Movement movement,
            Optional<BusinessDate> date,
            @Nullable HoldRow known) {
        if (known != null) {
            return isSame(known, command)
                    ? new Check.Ended(RecordedAnswers.of(known).asRecorded())
                    : new Check.Ended(RecordedAnswers.contentDiffers(key));
        }
        boolean own = key.attempt() == 0 && key.branch() == 0;
        Slot home = movement.debit().slot();
        if (own && command instanceof LedgerCommand.Hold && !isHome(home, key.trace())) {
            return notAtHome(home, key.trace());
        }
        return open(key.trace(), own, date);
    }

    Check capture(
            LedgerCommand.Capture capture,
            @Nullable HoldRow hold,
            boolean accountThere,
            @Nullable JournalRow known) {
        if (known != null) {
            return known.refusal().isPresent()
                    ? contradiction(capture.key(), "a refusal is recorded for what was reserved")
                    : repetition(known, capture);
        }
        if (hold == null) {
            return unknownHold(capture.hold());
        }
        Movement movement = capture.movement();
        long reservedAt = (hold.credit() ? movement.credit() : movement.debit()).number();
        if (!isSame(hold, capture)
                || hold.account() != reservedAt
                || hold.amount() != movement.amount().minor()) {
            return contradiction(capture.hold(), "something else was reserved");
        }
        return switch (hold.state()) {
            case OPEN ->
                    accountThere
                            ? Check.FRESH
                            : contradiction(capture.hold(), "the reserved account is gone");
            case CAPTURED, RELEASED -> ended(capture.hold(), hold.state());
            case REFUSED -> contradiction(capture.hold(), "the reservation was refused");
        };
    }

    Check release(LedgerCommand.Release release, @Nullable HoldRow hold, boolean accountThere) {
        if (hold == null) {
            return unknownHold(release.hold());
        }
        if (!isSame(hold, release) || hold.account() != release.account().number()) {
            return contradiction(release.hold(), "something else was reserved");
        }
        return switch (hold.state()) {
            case OPEN ->
                    accountThere
                            ? Check.FRESH
                            : contradiction(release.hold(), "the reserved account is gone");
            case CAPTURED -> ended(release.hold(), hold.state());
            case RELEASED, REFUSED ->
                    new Check.Ended(
                            Answer.accepted(new LedgerEffect.Released(release.hold()))
                                    .asRecorded());
        };
    }

    Check openAccount(
            LedgerCommand.OpenAccount open, @Nullable JournalRow known, boolean numberTaken) {
        if (known != null) {
            return repetition(known, open);
        }
        Slot home = open.account().slot();
        if (!isHome(home, open.key().trace())) {
            return notAtHome(home, open.key().trace());
        }
        if (numberTaken) {
            return refused(
                    OutcomeCode.ALREADY_EXISTS,
                    "account: " + open.account() + " (expected: a number that is not taken)");
        }
        return open(open.key().trace(), true, Optional.empty());
    }

    Check setStatus(LedgerCommand.SetStatus set, @Nullable JournalRow known) {
        if (known != null) {
            return repetition(known, set);
        }
        Slot home = set.account().slot();
        return isHome(home, set.key().trace())
                ? open(set.key().trace(), true, Optional.empty())
                : notAtHome(home, set.key().trace());
    }

    private static Check repetition(JournalRow known, LedgerCommand command) {
        boolean same =
                known.digest() == command.digest()
                        && known.initiator() == command.initiator().number();
        return new Check.Ended(
                same
                        ? RecordedAnswers.of(known).asRecorded()
                        : RecordedAnswers.contentDiffers(known.key()));
    }

    private static boolean isSame(HoldRow known, LedgerCommand command) {
        return known.digest() == command.digest()
                && known.initiator() == command.initiator().number();
    }

    private static boolean isHome(Slot slot, TraceNumber trace) {
        return trace.home().number() == slot.number();
    }

    private static Check notAtHome(Slot slot, TraceNumber trace) {
        return refused(
                OutcomeCode.TRACE_NOT_AT_HOME,
                "home slot of %s: %s (expected: %s, of the account that pays)"
                        .formatted(trace, trace.home(), slot));
    }

    private Check open(TraceNumber trace, boolean own, Optional<BusinessDate> date) {
        if (oldest == 0) {
            BusinessDate today = context.businessDate();
            oldest = rules.oldest(today).number();
            newest = today.plusDays(rules.futureDays()).number();
            newestOfPeer = today.plusDays(LedgerRules.PEER_FUTURE_DAYS).number();
        }
        int made = trace.dateNumber();
        if (made < oldest) {
            return refused(
                    OutcomeCode.TRACE_EXPIRED,
                    "date of %s: %d (expected: %d or later)".formatted(trace, made, oldest));
        }
        int latest = own ? newest : newestOfPeer;
        if (made > latest) {
            return refused(
                    OutcomeCode.TRACE_IN_FUTURE,
                    "date of %s: %d (expected: %d or earlier)".formatted(trace, made, latest));
        }
        if (date.isPresent() && date.get().compareTo(context.closedThrough()) <= 0) {
            return refused(
                    OutcomeCode.DAY_CLOSED,
                    "business date: %s (expected: after %s)"
                            .formatted(date.get(), context.closedThrough()));
        }
        return Check.FRESH;
    }

    private static Check unknownHold(HoldKey key) {
        return refused(OutcomeCode.UNKNOWN_HOLD, "hold " + key + ": there is none");
    }

    private static Check ended(HoldKey key, HoldRow.State state) {
        return refused(OutcomeCode.HOLD_ENDED, "hold " + key + ": " + state + " (expected: OPEN)");
    }

    private static Check contradiction(Object key, String what) {
        return refused(OutcomeCode.CONTRADICTION, key + ": " + what);
    }

    private static Check refused(OutcomeCode code, String message) {
        return new Check.Ended(Answer.refused(code, message));
    }
}
