package io.feiqian.registryetcd;

import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.Permission;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Makes etcd itself hold services to their names (P6.2.2.3-b): a user for each, who writes only
 * below the roles that it may register, and reads only what it may see. For whoever sets up a
 * registry, before authentication is on; not thread-safe.
 */
public final class EtcdPermissions implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final ManagedChannel connection;
    private final EtcdKeys keys;

    /**
     * Opens a connection to a member.
     *
     * @param member as {@code host:port}
     * @param tenant in whose part of the registry the users work; empty for the part of no tenant
     */
    public EtcdPermissions(String member, Optional<String> tenant) {
        this(member, tenant, Optional.empty());
    }

    /** Opens a connection likewise, over TLS where there are files for it. */
    public EtcdPermissions(String member, Optional<String> tenant, Optional<EtcdConfig.Tls> tls) {
        this.connection =
                Grpc.newChannelBuilder("dns:///" + member, EtcdLink.credentials(tls)).build();
        this.keys = EtcdKeys.of(tenant);
    }

    /**
     * Adds a user.
     *
     * @param registers the roles that it may register, and see
     * @param sees the roles that it may see besides
     * @param documents the documents that it may read, each with whether it may change it
     */
    public void add(
            EtcdConfig.Login login,
            Set<String> registers,
            Set<String> sees,
            Map<String, Boolean> documents) {
        String name = login.user();
        var _ = auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
        registers.forEach(role -> below(name, keys.role(role), Permission.Type.READWRITE));
        sees.forEach(role -> below(name, keys.role(role), Permission.Type.READ));
        for (Set<String> seen : List.of(registers, sees)) {
            seen.forEach(role -> below(name, keys.subscribers(role), Permission.Type.READWRITE));
        }
        documents.forEach((document, writes) ->
                grant(
                        name,
                        Permission.newBuilder()
                                .setKey(EtcdKeys.bytes(keys.document(document)))
                                .setPermType(
                                        writes
                                                ? Permission.Type.READWRITE
                                                : Permission.Type.READ)));
        addUser(login, name);
    }

    /** Turns authentication on; from then on nobody comes in without a user. */
    public void enable(EtcdConfig.Login root) {
        var _ = auth().roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
        addUser(root, "root");
        var _ = auth().authEnable(AuthEnableRequest.getDefaultInstance());
    }

    @Override
    public void close() {
        connection.shutdownNow();
    }

    private void addUser(EtcdConfig.Login login, String role) {
        var _ =
                auth().userAdd(
                                AuthUserAddRequest.newBuilder()
                                        .setName(login.user())
                                        .setPassword(login.password())
                                        .build());
        var _ =
                auth().userGrantRole(
                                AuthUserGrantRoleRequest.newBuilder()
                                        .setUser(login.user())
                                        .setRole(role)
                                        .build());
    }

    private void below(String name, String prefix, Permission.Type type) {
        grant(
                name,
                Permission.newBuilder()
                        .setKey(EtcdKeys.bytes(prefix))
                        .setRangeEnd(EtcdKeys.end(prefix))
                        .setPermType(type));
    }

    private void grant(String name, Permission.Builder permission) {
        var _ =
                auth().roleGrantPermission(
                                AuthRoleGrantPermissionRequest.newBuilder()
                                        .setName(name)
                                        .setPerm(permission)
                                        .build());
    }

    private AuthGrpc.AuthBlockingStub auth() {
        return AuthGrpc.newBlockingStub(connection)
                .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    }
}
