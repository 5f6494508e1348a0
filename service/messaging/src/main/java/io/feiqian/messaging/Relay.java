package io.feiqian.messaging;

import io.feiqian.messaging.spi.OutboxReader;
import io.feiqian.storage.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The driver of {@link RelayProtocol} for all keys that this instance delivers: feeds it events and
 * executes its effects. Holds no rule of its own. Never blocks; thread-safe.
 */
final class Relay {
    private final MessagingHost host;
    private final RelayProtocol protocol;
    private final OutboxReader reader;
    private final Acknowledgements acknowledgements;
    private final Map<MessageKey, Runner> runners = new ConcurrentHashMap<>();

    Relay(MessagingHost host, OutboxReader reader) {
        this.host = host;
        this.protocol =
                new RelayProtocol(
                        host.settings.window(),
                        host.settings.alarmAfter(),
                        host.settings.nearby().toMillis());
        this.reader = reader;
        this.acknowledgements = new Acknowledgements(host);
    }

    /** Something was committed under this key. */
    void wake(MessageKey key) {
        if (host.isClosed()) {
            return;
        }
        Runner running = runners.get(key);
        if (running != null && running.wake()) {
            return;
        }
        if (runners.size() >= host.settings.mostKeys()) {
            // A scan finds it when there is room.
            return;
        }
        Runner fresh = new Runner(key);
        if (runners.putIfAbsent(key, fresh) == null) {
            fresh.begin();
        } else {
            wake(key);
        }
    }

    /** How many more keys it can take up. */
    int room() {
        return Math.max(0, host.settings.mostKeys() - runners.size());
    }

    /** How many keys it is delivering or resting for. */
    int busy() {
        return runners.size();
    }

    /** Records what is acknowledged without waiting for more. */
    void flush() {
        acknowledgements.flush();
    }

    /** One key while this instance delivers it; events are taken one after the other. */
    private final class Runner {
        private final MessageKey key;
        private RelayState state;

        Runner(MessageKey key) {
            this.key = key;
            this.state = RelayState.begin(key);
        }

        void begin() {
            protocol.begin(key).effects().forEach(this::execute);
        }

        /** False where it has ended, so that another has to begin. */
        boolean wake() {
            return handle(new RelayEvent.Woken());
        }

        /** False where it has ended before. */
        private boolean handle(RelayEvent event) {
            RelayStep step;
            synchronized (this) {
                if (state.phase() == RelayState.Phase.ENDED) {
                    return false;
                }
                if (host.isClosed()) {
                    return true;
                }
                step = protocol.step(state, event);
                state = step.state();
                if (state.phase() == RelayState.Phase.ENDED) {
                    runners.remove(key, this);
                }
            }
            step.effects().forEach(this::execute);
            return true;
        }

        private void execute(RelayEffect effect) {
            switch (effect) {
                case RelayEffect.Look(long after) ->
                        reader.read(key, after, host.settings.window(), this::handle);
                case RelayEffect.Deliver(OutboxRow row, boolean skipped) -> {
                    Delivery delivery =
                            new Delivery(
                                    Incoming.of(row),
                                    skipped,
                                    Optional.empty(),
                                    host.settings.deliveryTimeout());
                    var _ =
                            host.channel
                                    .deliver(delivery)
                                    .thenAccept(reply ->
                                            handle(new RelayEvent.Answered(row.position(), reply)));
                }
                case RelayEffect.Acknowledge(long upTo) -> acknowledgements.add(key, upTo);
                case RelayEffect.Refuse refuse -> {
                    var _ =
                            host.commit(
                                            new OutboxCommand.Refused(
                                                    key,
                                                    refuse.position(),
                                                    refuse.why(),
                                                    host.settings.deadAfter()))
                                    .thenAccept(answer -> handle(recorded(answer)));
                }
                case RelayEffect.Postpone(long position, long dueAt) -> {
                    var _ = host.commit(new OutboxCommand.Postpone(key, position, dueAt));
                }
                case RelayEffect.Rest(long millis) ->
                        host.after(
                                Duration.ofMillis(millis), () -> handle(new RelayEvent.Rested()));
                case RelayEffect.BackOff(int failures) ->
                        host.after(
                                host.settings.retry().after(failures),
                                () -> handle(new RelayEvent.Rested()));
                case RelayEffect.Raise raise ->
                        host.alarm(raise.kind(), raise.message(), raise.trace());
            }
        }

        private static RelayEvent recorded(Answer answer) {
            return new RelayEvent.RefusalRecorded(
                    answer.isAccepted() ? answer.value(OutboxKey.class) : Optional.empty());
        }
    }
}
