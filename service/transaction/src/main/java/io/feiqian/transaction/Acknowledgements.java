package io.feiqian.transaction;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Part;
import io.feiqian.transaction.DecisionCommand.Acknowledge;
import io.feiqian.transaction.DecisionCommand.Mark;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The END marks of one instance, collected and recorded many in one commit (cleaning: per
 * transaction it would be a fourth commit). A mark that is lost is repaired by recovery, which
 * confirms once more and is told so once more. Thread-safe.
 */
final class Acknowledgements {
    private record Key(TraceNumber trace, int attempt, long digest) {}

    private final TransactionHost host;
    private final Map<Key, Long> waiting = new LinkedHashMap<>();
    private boolean flushing;

    Acknowledgements(TransactionHost host) {
        this.host = host;
    }

    void add(Mark mark) {
        Key key = new Key(mark.trace(), mark.attempt(), mark.digest());
        boolean full;
        synchronized (this) {
            waiting.merge(key, mark.branches(), (a, b) -> a | b);
            full = waiting.size() == host.settings.acknowledgeBatch();
            if (!full && flushing) {
                return;
            }
            flushing = true;
        }
        if (full) {
            flush();
        } else {
            var _ = host.timer.after(host.settings.acknowledgeEvery(), this::flushDue);
        }
    }

    /** Records what is there, without waiting for more. */
    void flush() {
        List<Mark> marks = take();
        while (!marks.isEmpty()) {
            record(marks);
            marks = take();
        }
    }

    private void flushDue() {
        synchronized (this) {
            flushing = false;
        }
        flush();
    }

    private synchronized List<Mark> take() {
        List<Mark> marks = new ArrayList<>();
        Iterator<Map.Entry<Key, Long>> each = waiting.entrySet().iterator();
        while (each.hasNext() && marks.size() < host.settings.acknowledgeBatch()) {
            Map.Entry<Key, Long> entry = each.next();
            Key key = entry.getKey();
            marks.add(new Mark(key.trace, key.attempt, key.digest, entry.getValue()));
            each.remove();
        }
        return marks;
    }

    private void record(List<Mark> marks) {
        List<Claim> claims =
                marks.stream()
                        .map(mark -> mark.trace().home())
                        .distinct()
                        .map(slot -> Claim.of(slot, WorkKind.CONFIRM))
                        .toList();
        Part<?> part = new Part<>(host.decisions, new Acknowledge(marks));
        var _ =
                host.commit(claims, List.of(part), Lane.FINISHING, host.settings.messageTimeout())
                        .thenAccept(answer -> recorded(marks, answer));
    }

    /** One slot that moves must not hold up the others' marks. */
    private void recorded(List<Mark> marks, Answer answer) {
        if (!answer.isAccepted() && marks.size() > 1 && !host.isClosed()) {
            marks.forEach(mark -> record(List.of(mark)));
        }
    }
}
