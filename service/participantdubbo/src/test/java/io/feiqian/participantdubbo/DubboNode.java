package io.feiqian.participantdubbo;

import io.feiqian.participant.ContextKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;

/** A Dubbo application of its own, as a process would have it, without any registry. */
final class DubboNode implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final FrameworkModel framework = new FrameworkModel();
    final ApplicationModel application = framework.newApplication();
    private final int port = freePort();

    DubboNode(String name) {
        ApplicationConfig config = new ApplicationConfig(name);
        config.setQosEnable(false);
        config.setShutwait("10");
        config.setMetadataServiceProtocol("dubbo");
        config.setMetadataServicePort(freePort());
        application.getApplicationConfigManager().setApplication(config);
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    <T> void export(Class<T> type, T service) {
        ProtocolConfig protocol = new ProtocolConfig("dubbo", port);
        protocol.setHost("127.0.0.1");
        ServiceConfig<T> exported = new ServiceConfig<>(application.newModule());
        exported.setInterface(type);
        exported.setRef(service);
        exported.setProtocol(protocol);
        exported.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        exported.setScope("remote");
        exported.export();
    }

    /** A service of another node, reached by its address. */
    <T> T refer(Class<T> type, DubboNode there) {
        ReferenceConfig<T> reference = new ReferenceConfig<>(application.newModule());
        reference.setInterface(type);
        reference.setUrl("dubbo://127.0.0.1:" + there.port);
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
