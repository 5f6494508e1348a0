package io.feiqian.rpcdubbo;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;

/** A Dubbo application of its own, as a process would have it, found in our registry. */
final class DubboNode implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    final Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
    final Governance serving = Governance.of(GovernanceSetup.at(Side.PROVIDER));
    private final FrameworkModel framework = new FrameworkModel();
    private final ApplicationModel application = framework.newApplication();
    private final Timer timer;
    private final String name;
    private final String registry;
    private final Path folder;

    DubboNode(String name, String registry, Path folder) {
        this.name = name;
        this.registry = registry;
        this.folder = folder;
        this.timer = Timer.system(name);
        ApplicationConfig config = new ApplicationConfig(name);
        config.setQosEnable(false);
        config.setShutwait("10");
        config.setRegisterMode("interface");
        application.getApplicationConfigManager().setApplication(config);
        new DubboPolicies(calling, serving, timer, Randomness.shared(7)).install(application);
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private RegistryConfig address() {
        RegistryConfig config = new RegistryConfig("feiqian://" + registry);
        config.setTimeout(10_000);
        config.setFile(folder.resolve(name + ".json").toString());
        return config;
    }

    <T> DubboNode serving(Class<T> type, T service, Map<String, String> labels) {
        ProtocolConfig protocol = new ProtocolConfig("dubbo", freePort());
        protocol.setHost("127.0.0.1");
        ServiceConfig<T> exported = new ServiceConfig<>(application.newModule());
        exported.setInterface(type);
        exported.setRef(service);
        exported.setProtocol(protocol);
        exported.setRegistry(address());
        exported.setScope("remote");
        exported.setParameters(labels);
        exported.export();
        return this;
    }

    <T> T refer(Class<T> type) {
        return refer(type, "");
    }

    /** A service that is called through other filters than usual. */
    <T> T refer(Class<T> type, String filters) {
        ReferenceConfig<T> reference = new ReferenceConfig<>(application.newModule());
        reference.setInterface(type);
        reference.setRegistry(address());
        reference.setTimeout(PATIENCE_MILLIS);
        reference.setCheck(false);
        reference.setRetries(0);
        if (!filters.isEmpty()) {
            reference.setFilter(filters);
        }
        return reference.get();
    }

    @Override
    public void close() {
        framework.destroy();
        timer.close();
    }
}
