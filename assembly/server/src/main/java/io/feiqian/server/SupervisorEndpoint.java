package io.feiqian.server;

import io.feiqian.cli.HomeFolder;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.security.AdminToken;
import io.feiqian.security.FileAuditTrail;
import java.time.Duration;

/**
 * Where the supervisor takes operators' orders: on this machine only, at a port of the system's
 * choice, from those who show the admin token, a few at a time.
 */
final class SupervisorEndpoint implements AutoCloseable {
    private static final int MOST_AT_ONCE = 16;
    private static final int MOST_BYTES = 16 * 1024;
    private static final Duration LAST_ORDERS = Duration.ofSeconds(1);

    private final FileAuditTrail trail;
    private final SupervisorDesk desk;
    private final RpcServer server;

    private SupervisorEndpoint(FileAuditTrail trail, SupervisorDesk desk, RpcServer server) {
        this.trail = trail;
        this.desk = desk;
        this.server = server;
    }

    /** Listens; {@link #serves} says for whom. */
    static SupervisorEndpoint open(HomeFolder home, Clock clock) {
        FileAuditTrail trail =
                FileAuditTrail.open(home.run().resolve("supervisor-audit.jsonl"), clock);
        SupervisorDesk desk = new SupervisorDesk(trail, clock);
        RpcServerConfig usual = RpcServerConfig.loopback(0);
        RpcServer server =
                RpcServer.builder(
                                new RpcServerConfig(
                                        usual.host(),
                                        usual.port(),
                                        MOST_BYTES,
                                        usual.maxHeaderBytes(),
                                        usual.defaultDeadline(),
                                        usual.keepAlive(),
                                        usual.keepAliveTimeout(),
                                        MOST_AT_ONCE,
                                        usual.tls()),
                                clock)
                        .addAdmin(desk)
                        .adminToken(AdminToken.obtain(home.secrets()))
                        .build()
                        .start();
        server.ready();
        return new SupervisorEndpoint(trail, desk, server);
    }

    /** Where it listens, {@code host:port}. */
    String address() {
        return SystemPlan.HOST + ":" + server.port();
    }

    void serves(Supervisor supervisor) {
        desk.serves(supervisor);
    }

    @Override
    public void close() {
        var _ = server.stop(LAST_ORDERS);
        trail.close();
    }
}
