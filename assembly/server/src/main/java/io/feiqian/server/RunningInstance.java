package io.feiqian.server;

import io.feiqian.bank.InstanceControl;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.rpc.Intake;
import io.feiqian.rpc.RpcServer;
import java.util.Optional;
import java.util.function.Supplier;

/** This process as its operators' desk needs it. Thread-safe. */
final class RunningInstance implements InstanceControl {
    private final Intake intake;
    private final Supplier<RegistrySays> registry;
    private final Runnable end;
    private volatile Optional<RpcServer> server = Optional.empty();

    RunningInstance(Intake intake, Supplier<RegistrySays> registry, Runnable end) {
        this.intake = intake;
        this.registry = registry;
        this.end = end;
    }

    /** What is drained before that is drained from the server's first moment. */
    void serves(RpcServer by) {
        server = Optional.of(by);
    }

    @Override
    public void drain() {
        server.ifPresentOrElse(RpcServer::drain, intake::close);
    }

    @Override
    public void resume() {
        server.ifPresentOrElse(RpcServer::resume, intake::open);
    }

    @Override
    public boolean isServing() {
        return intake.isOpen();
    }

    @Override
    public int inFlight() {
        return intake.inFlight();
    }

    @Override
    public long startedMillis() {
        return ProcessEntry.startOf(ProcessHandle.current());
    }

    @Override
    public RegistrySays registry() {
        return registry.get();
    }

    @Override
    public void end() {
        end.run();
    }
}
