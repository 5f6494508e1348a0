package io.feiqian.participantdubbo;

import io.feiqian.participant.ContextKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;

/** A Dubbo application of its own, as a process would have it; without a registry unless told. */
final class DubboNode implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final FrameworkModel framework = new FrameworkModel();
    final ApplicationModel application = framework.newApplication();
    private final int port = freePort();
    private final Supplier<RegistryConfig> registry;

    DubboNode(String name) {
        this(name, () -> new RegistryConfig(RegistryConfig.NO_AVAILABLE));
    }

    private DubboNode(String name, Supplier<RegistryConfig> registry) {
        this.registry = registry;
        ApplicationConfig config = new ApplicationConfig(name);
        config.setQosEnable(false);
        config.setShutwait("10");
        config.setMetadataServiceProtocol("dubbo");
        config.setMetadataServicePort(freePort());
        application.getApplicationConfigManager().setApplication(config);
    }

    /** One that finds others in our registry. */
    static DubboNode registered(String name, String address, Path folder) {
        return new DubboNode(
                name,
                () -> {
                    RegistryConfig config = new RegistryConfig("feiqian://" + address);
                    config.setTimeout(10_000);
                    config.setFile(folder.resolve(name + ".json").toString());
                    return config;
                });
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    <T> void export(Class<T> type, T service) {
        export(type, service, "");
    }

    <T> void export(Class<T> type, T service, String group) {
        ProtocolConfig protocol = new ProtocolConfig("dubbo", port);
        protocol.setHost("127.0.0.1");
        ServiceConfig<T> exported = new ServiceConfig<>(application.newModule());
        exported.setInterface(type);
        exported.setRef(service);
        exported.setProtocol(protocol);
        exported.setRegistry(registry.get());
        if (!group.isEmpty()) {
            exported.setGroup(group);
        }
        exported.setScope("remote");
        exported.export();
    }

    /** A service of another node, reached by its address. */
    <T> T refer(Class<T> type, DubboNode there) {
        return refer(type, each -> each.setUrl("dubbo://127.0.0.1:" + there.port));
    }

    /** A service of this group, wherever it is registered. */
    <T> T find(Class<T> type, String group) {
        return refer(
                type,
                each -> {
                    each.setRegistry(registry.get());
                    if (!group.isEmpty()) {
                        each.setGroup(group);
                    }
                });
    }

    private <T> T refer(Class<T> type, Consumer<ReferenceConfig<T>> where) {
        ReferenceConfig<T> reference = new ReferenceConfig<>(application.newModule());
        reference.setInterface(type);
        where.accept(reference);
        reference.setTimeout(PATIENCE_MILLIS);
        reference.setCheck(false);
        reference.setRetries(0);
        return reference.get();
    }

    static DubboNode with(String name, ContextKeys keys) {
        DubboNode node = new DubboNode(name);
        DubboContext.install(node.application, keys);
        return node;
    }

    @Override
    public void close() {
        framework.destroy();
    }
}
