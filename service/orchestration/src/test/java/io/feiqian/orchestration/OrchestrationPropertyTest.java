package io.feiqian.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.Requirement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Random definitions in a world that loses, delays, repeats and refuses, driven by instances that
 * crash at any moment and by two at once over one row. A failing seed is named and replays.
 */
final class OrchestrationPropertyTest {
    private static final int RUNS = Boolean.getBoolean("feiqian.long") ? 100_000 : 2_500;
    private static final int MOST_MOMENTS = 5_000;

    @Test
    @Requirement({"B11.2-a", "D7.1-b", "P6.3.3-a.1", "P6.3.3-a.2"})
    void everyStepHasItsEffectOnceOrNoStepHas() {
        Map<OrchestrationPhase, Integer> ends = new EnumMap<>(OrchestrationPhase.class);
        int reversals = 0;
        for (long seed = 1; seed <= RUNS; seed++) {
            Run run = new Run(seed);
            try {
                run.toTheEnd();
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + ": " + run.definition.json(), failed);
            }
            ends.merge(run.durable.phase(), 1, Integer::sum);
            reversals += run.world.reversals();
        }
        // What never happened proves nothing.
        assertThat(ends.get(OrchestrationPhase.COMPLETED)).isGreaterThan(RUNS / 10);
        assertThat(ends.get(OrchestrationPhase.COMPENSATED)).isGreaterThan(RUNS / 10);
        assertThat(ends)
                .containsOnlyKeys(OrchestrationPhase.COMPLETED, OrchestrationPhase.COMPENSATED);
        assertThat(reversals).isGreaterThan(RUNS);
    }

    /** A message of an instance to a service, and its way back. */
    private record Message(Ask ask, int attempt) {}

    /** An instance: what it holds in memory, of which revision. */
    private static final class Instance {
        OrchestrationState state;
        int revision;

        Instance(OrchestrationState state, int revision) {
            this.state = state;
            this.revision = revision;
        }
    }

    private static final class Run {
        final Randomness random;
        final Definition definition;
        final World world;
        final OrchestrationProtocol protocol = new OrchestrationProtocol(3, 10_000);
        final List<Instance> instances = new ArrayList<>();
        final List<Message> messages = new ArrayList<>();
        final List<Ask> pauses = new ArrayList<>();
        OrchestrationState durable;
        int revision;

        Run(long seed) {
            random = Randomness.seeded(seed);
            definition = new RandomDefinitions(random).next();
            world = new World(random, random.nextInt(4));
            durable =
                    OrchestrationState.begun(
                            Json.read("{\"flag\": " + (random.nextInt(2) == 0) + "}", 100));
            takeUp();
            if (random.nextInt(2) == 0) {
                takeUp();
            }
        }

        void toTheEnd() {
            for (int moment = 0; !durable.phase().isEnd(); moment++) {
                assertThat(moment).as("moments").isLessThan(MOST_MOMENTS);
                moment();
            }
            // What is still on its way comes late and must change nothing.
            messages.forEach(each -> world.serve(definition, each.ask()));
            world.mustHold(definition, durable);
        }

        private void moment() {
            int kind = random.nextInt(100);
            if (kind < 70 && !messages.isEmpty()) {
                deliver(messages.get(random.nextInt(messages.size())));
            } else if (kind < 85 && !pauses.isEmpty()) {
                Ask due = pauses.get(random.nextInt(pauses.size()));
                pauses.remove(due);
                to(anyInstance(), new OrchestrationEvent.RetryDue(due));
            } else if (kind < 92) {
                // A crash: nothing is left but the rows; messages on their way stay so.
                instances.remove(anyInstance());
                takeUp();
            } else if (kind < 94) {
                to(anyInstance(), new OrchestrationEvent.Forced("enough"));
            } else if (kind < 96) {
                takeUp();
            } else if (kind == 96) {
                to(anyInstance(), new OrchestrationEvent.Suspended());
            } else if (kind < 99) {
                to(anyInstance(), new OrchestrationEvent.Resumed());
            } else if (messages.isEmpty() && pauses.isEmpty()) {
                takeUp();
            }
        }

        private Instance anyInstance() {
            return instances.get(random.nextInt(instances.size()));
        }

        private void takeUp() {
            Instance fresh = new Instance(durable, revision);
            instances.add(fresh);
            to(fresh, new OrchestrationEvent.TakenUp());
        }

        /** Delivers, loses, repeats, or loses the answer. */
        private void deliver(Message message) {
            int luck = random.nextInt(10);
            if (luck > 0) {
                messages.remove(message);
            }
            if (luck == 1) {
                answer(message, StepOutcome.unknown("lost"));
                return;
            }
            StepOutcome outcome = world.serve(definition, message.ask());
            answer(message, luck == 2 ? StepOutcome.unknown("answer lost") : outcome);
        }

        private void answer(Message message, StepOutcome outcome) {
            to(
                    anyInstance(),
                    new OrchestrationEvent.Answered(message.ask(), message.attempt(), outcome));
        }

        /** As a driver does: first the compare-and-set, then the effects. */
        private void to(Instance instance, OrchestrationEvent event) {
            Transition transition = protocol.step(definition, instance.state, event);
            boolean changed = transition.state().differsOnRecord(instance.state);
            if (changed && instance.revision != revision) {
                // Lost: another instance was quicker. It reads the rows again.
                instance.state = durable;
                instance.revision = revision;
                to(instance, new OrchestrationEvent.TakenUp());
                return;
            }
            instance.state = transition.state();
            if (changed) {
                durable =
                        OrchestrationState.of(
                                instance.state.input(),
                                instance.state.phase(),
                                instance.state.isSuspended(),
                                instance.state.failure(),
                                List.copyOf(instance.state.records().values()));
                instance.revision = ++revision;
            }
            if (random.nextInt(20) == 0) {
                // A crash between the commit and the effects.
                instances.remove(instance);
                takeUp();
                return;
            }
            for (OrchestrationEffect each : transition.effects()) {
                if (each instanceof OrchestrationEffect.Call call) {
                    messages.add(new Message(call.ask(), call.attempt()));
                } else if (each instanceof OrchestrationEffect.Pause pause) {
                    pauses.add(pause.ask());
                }
            }
        }
    }
}
