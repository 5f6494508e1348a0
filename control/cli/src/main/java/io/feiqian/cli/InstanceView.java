package io.feiqian.cli;

import io.feiqian.bank.contract.DrainRecord;
import io.feiqian.bank.contract.ProcessRecord;
import io.feiqian.bank.contract.RegisteredInstance;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.ShowInstanceResponse;
import java.util.Optional;

/**
 * One instance of a cell, by what it says of itself, what its supervisor says and what the registry
 * says.
 *
 * @param cell the cell it belongs to
 * @param name its name; its address where nobody says more
 * @param role the role it is registered under
 * @param address where it listens
 * @param state what it does
 * @param inFlight new work in flight
 * @param by who drained or stopped it, and why; empty where it serves
 * @param pid its process; 0 where that is not known
 * @param startedMillis when the process started; 0 where that is not known
 * @param routeMapVersion which route map it goes by; 0 where that is not known
 * @param registered what the registry says of it
 * @param failure why it could not be started; empty where it could
 */
public record InstanceView(
        String cell,
        String name,
        String role,
        String address,
        State state,
        int inFlight,
        Optional<DrainRecord> by,
        long pid,
        long startedMillis,
        long routeMapVersion,
        Registered registered,
        String failure) {
    private static final String ROLE = "cell";

    /** What an instance does. */
    public enum State {
        /** It takes new work. */
        SERVING,
        /** It takes none, and what it took is not finished yet. */
        DRAINING,
        /** It takes none, and has finished what it took. */
        DRAINED,
        /** Its supervisor ends it. */
        STOPPING,
        /** An operator stopped it. */
        STOPPED,
        /** Its supervisor starts it. */
        STARTING,
        /** Its supervisor could not start it, and tries no more. */
        FAILED,
        /** It does not answer, and nobody stopped it. */
        SILENT;

        /** Whether it could be drained or resumed: it answers. */
        public boolean answers() {
            return this == SERVING || this == DRAINING || this == DRAINED;
        }
    }

    /** What the registry says of an instance. */
    public enum Registered {
        /** It is chosen for new work. */
        CHOSEN,
        /** Others are chosen for new work. */
        PASSED_OVER,
        /** It is not registered. */
        ABSENT,
        /** Nobody says what the registry says. */
        NOT_KNOWN
    }

    static InstanceView of(
            InstanceAnswer answer,
            Optional<RegistryView> registry,
            Optional<ProcessRecord> process) {
        Optional<RegisteredInstance> place =
                registry.stream()
                        .flatMap(view -> view.getInstancesList().stream())
                        .filter(each -> each.getAddress().equals(answer.address()))
                        .findFirst();
        Optional<ShowInstanceResponse> said = answer.said();
        return new InstanceView(
                answer.cell(),
                said.map(ShowInstanceResponse::getInstance)
                        .or(() -> process.map(ProcessRecord::getName))
                        .or(() -> place.map(RegisteredInstance::getInstance))
                        .orElse(answer.address()),
                place.map(RegisteredInstance::getRole).orElse(ROLE),
                answer.address(),
                state(said, process),
                said.map(ShowInstanceResponse::getInFlight).orElse(0),
                by(said, process),
                said.map(ShowInstanceResponse::getPid)
                        .or(() -> process.map(ProcessRecord::getPid))
                        .orElse(0L),
                said.map(ShowInstanceResponse::getStartedMillis)
                        .or(() -> process.map(ProcessRecord::getStartedMillis))
                        .orElse(0L),
                said.map(ShowInstanceResponse::getRouteMapVersion).orElse(0L),
                registry.isEmpty() ? Registered.NOT_KNOWN : registered(place),
                process.map(ProcessRecord::getFailure).orElse(""));
    }

    private static State state(
            Optional<ShowInstanceResponse> said, Optional<ProcessRecord> process) {
        State kept = process.map(it -> state(it.getState())).orElse(State.SILENT);
        if (said.isEmpty()) {
            return kept == State.SERVING ? State.SILENT : kept;
        }
        return kept == State.STOPPING ? kept : state(said.get().getState());
    }

    private static State state(String name) {
        for (State each : State.values()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        // What the supervisor calls running says nothing of whether it serves.
        return name.equals("RUNNING") ? State.SERVING : State.SILENT;
    }

    private static Optional<DrainRecord> by(
            Optional<ShowInstanceResponse> said, Optional<ProcessRecord> process) {
        Optional<DrainRecord> stopped =
                process.filter(it -> !it.getOperator().isEmpty())
                        .map(it ->
                                DrainRecord.newBuilder()
                                        .setOperator(it.getOperator())
                                        .setReason(it.getReason())
                                        .setSinceMillis(it.getSinceMillis())
                                        .build());
        return said.filter(ShowInstanceResponse::hasDrain)
                .map(ShowInstanceResponse::getDrain)
                .or(() -> stopped);
    }

    private static Registered registered(Optional<RegisteredInstance> place) {
        return place.map(it -> it.getDraining() ? Registered.PASSED_OVER : Registered.CHOSEN)
                .orElse(Registered.ABSENT);
    }
}
