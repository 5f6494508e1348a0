package io.feiqian.bank;

import io.feiqian.bank.InstanceControl.RegistrySays;
import io.feiqian.bank.contract.DrainInstanceRequest;
import io.feiqian.bank.contract.DrainRecord;
import io.feiqian.bank.contract.InstanceAdminGrpc;
import io.feiqian.bank.contract.InstanceResponse;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.ResumeInstanceRequest;
import io.feiqian.bank.contract.ShowInstanceRequest;
import io.feiqian.bank.contract.ShowInstanceResponse;
import io.feiqian.bank.contract.StopInstanceRequest;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.ChangeOrder;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.StorageException;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance as its operators see it: drained, resumed and stopped by them. Whether it is drained
 * is told by the newest record about it in the cell's audit trail, which is written before the
 * effect; so a drain outlives the process, and what could not be recorded is not done. Handlers
 * block. Thread-safe.
 */
final class InstanceDesk extends InstanceAdminGrpc.InstanceAdminImplBase {
    static final String DRAIN = "instance.drain";
    static final String RESUME = "instance.resume";
    static final String STOP = "instance.stop";

    private static final Logger LOG = LoggerFactory.getLogger(InstanceDesk.class);

    private final String instance;
    private final CellDatabase database;
    private final CellParts parts;
    private final ChangeTrail trail;
    private final Replies replies;
    private final InstanceControl control;

    /** Why it is drained, where it is; guarded by this, as every change is. */
    private Optional<AuditRecord> drained = Optional.empty();

    InstanceDesk(
            String instance,
            CellDatabase database,
            CellParts parts,
            ChangeTrail trail,
            Replies replies,
            InstanceControl control) {
        this.instance = instance;
        this.database = database;
        this.parts = parts;
        this.trail = trail;
        this.replies = replies;
        this.control = control;
    }

    /** Drains the instance where the process before it was drained. */
    synchronized void restore() {
        try (Connection connection = database.pool().getConnection()) {
            List<AuditRecord> newest = ChangeTrail.of(connection, instance, 1);
            if (!newest.isEmpty() && newest.getFirst().entry().action().equals(DRAIN)) {
                drained = Optional.of(newest.getFirst());
                control.drain();
                LOG.info(
                        "{} is drained, as {} wanted",
                        instance,
                        newest.getFirst().entry().order().operator().name());
            }
        } catch (SQLException failed) {
            throw new StorageException("change_record: cannot be read", failed);
        }
    }

    @Override
    public void showInstance(
            ShowInstanceRequest request, StreamObserver<ShowInstanceResponse> observer) {
        ShowInstanceResponse response;
        try {
            response = show();
        } catch (RuntimeException fault) {
            response = ShowInstanceResponse.newBuilder().setOutcome(replies.of(fault)).build();
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    @Override
    public void drainInstance(
            DrainInstanceRequest request, StreamObserver<InstanceResponse> observer) {
        change(observer, () -> !isDrained() && drain(DRAIN));
    }

    @Override
    public void resumeInstance(
            ResumeInstanceRequest request, StreamObserver<InstanceResponse> observer) {
        change(observer, () -> isDrained() && resume());
    }

    @Override
    public void stopInstance(
            StopInstanceRequest request, StreamObserver<InstanceResponse> observer) {
        change(
                observer,
                () -> {
                    boolean first = drain(STOP);
                    if (request.getEnd()) {
                        control.end();
                    }
                    return first;
                });
    }

    private boolean isDrained() {
        return drained.isPresent();
    }

    private boolean drain(String action) {
        drained = Optional.of(record(action));
        control.drain();
        return true;
    }

    private boolean resume() {
        var _ = record(RESUME);
        drained = Optional.empty();
        control.resume();
        return true;
    }

    private AuditRecord record(String action) {
        Caller caller = Caller.of(CurrentCall.context());
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        return trail.append(
                new AuditEntry(order, action, instance, Map.of("cell", parts.cell().toString())));
    }

    private void change(StreamObserver<InstanceResponse> observer, Supplier<Boolean> work) {
        InstanceResponse.Builder response = InstanceResponse.newBuilder().setInstance(instance);
        try {
            synchronized (this) {
                response.setChanged(work.get()).setState(state());
            }
            response.setOutcome(Replies.accepted());
        } catch (RuntimeException fault) {
            response.setOutcome(replies.of(fault));
        }
        observer.onNext(response.build());
        observer.onCompleted();
    }

    private String state() {
        if (control.isServing()) {
            return "SERVING";
        }
        return control.inFlight() > 0 ? "DRAINING" : "DRAINED";
    }

    private ShowInstanceResponse show() {
        ShowInstanceResponse.Builder response =
                ShowInstanceResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString())
                        .setInstance(instance)
                        .setPid(ProcessHandle.current().pid())
                        .setStartedMillis(control.startedMillis())
                        .setRouteMapVersion(parts.routes().current().version());
        synchronized (this) {
            response.setState(state()).setInFlight(control.inFlight());
            drained.map(InstanceDesk::drain).ifPresent(response::setDrain);
        }
        addOwned(response);
        RegistrySays registry = control.registry();
        return response.setRegistry(ShownRegistry.of(registry)).build();
    }

    /** An instance whose database does not answer is shown all the same. */
    private void addOwned(ShowInstanceResponse.Builder response) {
        try {
            database.ownedRanges()
                    .ranges()
                    .forEach(range ->
                            response.addOwned(
                                    OwnedRange.newBuilder()
                                            .setFirst(range.slots().first().number())
                                            .setLast(range.slots().last().number())
                                            .setState(range.state().name())
                                            .setEpoch(range.epoch().number())));
            response.setOwnedKnown(true);
        } catch (StorageException silent) {
            LOG.warn("what the cell owns is not known now", silent);
        }
    }

    private static DrainRecord drain(AuditRecord record) {
        return DrainRecord.newBuilder()
                .setOperator(record.entry().order().operator().name())
                .setReason(record.entry().order().reason())
                .setSinceMillis(record.at().toEpochMilli())
                .build();
    }
}
