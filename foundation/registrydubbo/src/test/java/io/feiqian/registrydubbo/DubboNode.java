package io.feiqian.registrydubbo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;

/** A Dubbo application of its own, as a process would have it. */
final class DubboNode implements AutoCloseable {
    private final FrameworkModel framework = new FrameworkModel();
    private final ApplicationModel application = framework.newApplication();
    private final String name;
    private final String registry;
    private final Path folder;

    DubboNode(String name, String registry, Path folder) {
        this.name = name;
        this.registry = registry;
        this.folder = folder;
        ApplicationConfig config = new ApplicationConfig(name);
        config.setQosEnable(false);
        config.setShutwait("1000");
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

    /** Nothing but the address says which registry it is. */
    private RegistryConfig address() {
        RegistryConfig config = new RegistryConfig("feiqian://" + registry);
        config.setTimeout(10_000);
        config.setFile(folder.resolve(name + ".json").toString());
        return config;
    }

    DubboNode serving(String version) {
        return serving(freePort(), version);
    }

    DubboNode serving(int port, String version) {
        ProtocolConfig protocol = new ProtocolConfig("dubbo", port);
        protocol.setHost("127.0.0.1");
        ServiceConfig<Greeting> exported = new ServiceConfig<>(application.newModule());
        exported.setInterface(Greeting.class);
        exported.setRef(() -> name);
        exported.setProtocol(protocol);
        exported.setRegistry(address());
        exported.setVersion(version);
        exported.setScope("remote");
        exported.export();
        return this;
    }

    Greeting consumer(String version) {
        ReferenceConfig<Greeting> reference = new ReferenceConfig<>(application.newModule());
        reference.setInterface(Greeting.class);
        reference.setRegistry(address());
        reference.setVersion(version);
        reference.setTimeout(5_000);
        reference.setCheck(false);
        reference.setRetries(0);
        return reference.get();
    }

    @Override
    public void close() {
        framework.destroy();
    }
}
