package io.feiqian.orchestration;

import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What changes in the rows of one orchestration, all of it or nothing.
 *
 * @param trace the key
 * @param revision the revision that the change was made from; another one in the row refuses it
 * @param phase the next phase
 * @param suspended the next
 * @param failure the next
 * @param position the next
 * @param added calls that were not on record
 * @param changed calls that were
 */
public record OrchestrationChange(
        TraceNumber trace,
        long revision,
        OrchestrationPhase phase,
        boolean suspended,
        Optional<Failure> failure,
        String position,
        List<StepRecord> added,
        List<StepRecord> changed) {
    /** Copies the lists. */
    public OrchestrationChange {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
    }

    static OrchestrationChange between(
            TraceNumber trace, long revision, OrchestrationState from, OrchestrationState to) {
        List<StepRecord> added = new ArrayList<>();
        List<StepRecord> changed = new ArrayList<>();
        to.records()
                .forEach((place, record) -> {
                    StepRecord before = from.records().get(place);
                    if (before == null) {
                        added.add(record);
                    } else if (!before.equals(record)) {
                        changed.add(record);
                    }
                });
        return new OrchestrationChange(
                trace,
                revision,
                to.phase(),
                to.isSuspended(),
                to.failure(),
                OrchestrationRow.position(to),
                added,
                changed);
    }
}
