package io.feiqian.benchmarks;

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

/** Dubbo as its users set it up, by address and without any registry. */
final class DubboCalls {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final byte[] MESSAGE = RpcMessages.MESSAGE.toByteArray();

    /** What is called. */
    public interface Echo {
        /** Says it back. */
        byte[] say(byte[] content);
    }

    private DubboCalls() {}

    static RpcServing serve(String protocol) {
        FrameworkModel framework = new FrameworkModel();
        int port = freePort();
        ProtocolConfig listen = new ProtocolConfig(protocol, port);
        listen.setHost("127.0.0.1");
        ServiceConfig<Echo> exported =
                new ServiceConfig<>(application(framework, "bench-server").newModule());
        exported.setInterface(Echo.class);
        exported.setRef(content -> content);
        exported.setProtocol(listen);
        exported.setRegistry(new RegistryConfig(RegistryConfig.NO_AVAILABLE));
        exported.setScope("remote");
        exported.export();
        return new RpcServing() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() {
                framework.destroy();
            }
        };
    }

    static RpcCalling connect(String protocol, int port) {
        FrameworkModel framework = new FrameworkModel();
        ReferenceConfig<Echo> reference =
                new ReferenceConfig<>(application(framework, "bench-client").newModule());
        reference.setInterface(Echo.class);
        reference.setUrl(protocol + "://127.0.0.1:" + port);
        reference.setTimeout(PATIENCE_MILLIS);
        reference.setCheck(false);
        reference.setRetries(0);
        Echo echo = reference.get();
        return new RpcCalling() {
            @Override
            public boolean call() {
                return echo.say(MESSAGE).length == MESSAGE.length;
            }

            @Override
            public void close() {
                framework.destroy();
            }
        };
    }

    private static ApplicationModel application(FrameworkModel framework, String name) {
        ApplicationModel application = framework.newApplication();
        ApplicationConfig config = new ApplicationConfig(name);
        config.setQosEnable(false);
        config.setMetadataServiceProtocol("dubbo");
        config.setMetadataServicePort(freePort());
        application.getApplicationConfigManager().setApplication(config);
        return application;
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
