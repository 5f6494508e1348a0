package io.feiqian.messaging;

import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Records what consumers have acknowledged, a while later and many at once (cleaning: only what is
 * recorded is finished). What is lost of it is delivered again, and is a duplicate then.
 * Thread-safe.
 */
final class Acknowledgements {
    private final MessagingHost host;
    private final Map<MessageKey, Long> waiting = new TreeMap<>();
    private boolean planned;

    Acknowledgements(MessagingHost host) {
        this.host = host;
    }

    void add(MessageKey key, long upTo) {
        synchronized (this) {
            waiting.merge(key, upTo, Math::max);
            if (planned) {
                return;
            }
            planned = true;
        }
        host.after(host.settings.acknowledgeEvery(), this::flush);
    }

    /** Hands everything over for recording, now. */
    void flush() {
        Map<MessageKey, Long> batch;
        synchronized (this) {
            planned = false;
            batch = new TreeMap<>(waiting);
            waiting.clear();
        }
        batch.forEach(this::record);
    }

    private void record(MessageKey key, long upTo) {
        var _ =
                host.commit(new OutboxCommand.Acknowledge(key, upTo))
                        .thenAccept(answer -> recorded(key, upTo, answer));
    }

    private void recorded(MessageKey key, long upTo, Answer answer) {
        OutcomeCode code = answer.code();
        if (code == OutcomeCode.CONTRADICTION) {
            host.alarm(
                    AlarmKind.MESSAGE_CONTRADICTION, answer.outcome().message(), Optional.empty());
        } else if (code.isSafeToRetry() && code != OutcomeCode.WRONG_CELL) {
            host.after(pause(), () -> add(key, upTo));
        }
    }

    private Duration pause() {
        return host.settings.retry().most();
    }
}
