package io.feiqian.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import org.junit.jupiter.api.Test;

class InboxBookTest {
    private static final MessageKey KEY = MessageKey.of(new Slot(17), new Slot(9_000), "news", "a");

    private final InboxBook book = new InboxBook(new FixedContext(1_000));

    @Test
    void upToTheMarkIsADuplicateTheNextIsTakenAndBeyondWaits() {
        book.load(new InboxMark(KEY, 4, 1, 0));

        assertThat(book.check(InboxCommand.guard(KEY, 4)))
                .isEqualTo(new Check.Ended(Answer.accepted(new InboxFinding(4)).asRecorded()));
        assertThat(book.check(InboxCommand.guard(KEY, 5))).isEqualTo(Check.FRESH);
        assertThat(book.check(InboxCommand.guard(KEY, 6)))
                .extracting(each -> ((Check.Ended) each).answer().code())
                .isEqualTo(OutcomeCode.WAIT);
    }

    @Test
    void theMarkMovesWithTheEffectAndNotWithoutIt() {
        Answer no = Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "closed");
        assertThat(book.apply(InboxCommand.record(KEY, 1, false), no).code())
                .isEqualTo(OutcomeCode.ACCOUNT_CLOSED);
        assertThat(book.changes()).isEmpty();

        book.apply(InboxCommand.record(KEY, 1, false), Answer.accepted());

        assertThat(book.changes())
                .containsExactly(new InboxBook.Change(new InboxMark(KEY, 1, 1_000, 0), true));
        assertThat(book.check(InboxCommand.guard(KEY, 2))).isEqualTo(Check.FRESH);
    }

    @Test
    void aSkippedMessageMovesTheMarkToo() {
        book.load(new InboxMark(KEY, 4, 1, 0));

        book.apply(InboxCommand.record(KEY, 5, true), Answer.accepted());

        assertThat(book.changes())
                .containsExactly(new InboxBook.Change(new InboxMark(KEY, 5, 1_000, 1), false));
    }

    @Test
    void aRewindHasAMarkOfItsOwn() {
        book.load(new InboxMark(KEY, 4, 1, 0));

        assertThat(book.check(InboxCommand.guard(KEY.ofReplay(1), 1))).isEqualTo(Check.FRESH);
    }
}
