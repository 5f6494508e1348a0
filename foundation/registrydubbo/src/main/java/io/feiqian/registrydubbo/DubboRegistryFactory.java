package io.feiqian.registrydubbo;

import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.registry.Registry;
import org.apache.dubbo.registry.support.AbstractRegistryFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Made by Dubbo for addresses such as {@code feiqian://one:2181?backup=two:2181,three:2181}. Of the
 * registry's settings {@code file}, {@code session} and {@code timeout} (milliseconds: the lease,
 * and how long the start and a first look wait at most) are taken, and the parameters {@code
 * tenant} and {@code grace}. Where the application gave its own registry of that address, {@link
 * SharedRegistry}, that one is used with the settings that it has.
 */
public final class DubboRegistryFactory extends AbstractRegistryFactory {
    private static final Logger LOG = LoggerFactory.getLogger(DubboRegistryFactory.class);
    private static final int WAIT_MILLIS = 2_000;
    private static final int LEASE_MILLIS = 10_000;
    private static final int GRACE_MILLIS = 15_000;

    /** For Dubbo. */
    public DubboRegistryFactory() {}

    @Override
    protected Registry createRegistry(URL url) {
        Duration wait = Duration.ofMillis(url.getParameter("timeout", WAIT_MILLIS));
        String application = name(url.getApplication("application"));
        String tenant = url.getParameter("tenant", "");
        SharedRegistry shared =
                url.getOrDefaultApplicationModel().getBeanFactory().getBean(SharedRegistry.class);
        if (shared != null
                && shared.servers().equals(url.getBackupAddress())
                && shared.tenant().equals(tenant)) {
            return DubboRegistry.within(shared.registry(), url, wait);
        }
        ZooKeeperConfig config =
                new ZooKeeperConfig(
                                url.getBackupAddress(),
                                Optional.of(snapshot(url, application)),
                                wait,
                                Duration.ofMillis(url.getParameter("session", LEASE_MILLIS)),
                                Duration.ofMillis(url.getParameter("grace", GRACE_MILLIS)))
                        .named(process(application));
        return new DubboRegistry(
                url,
                ZooKeeperRegistry.start(tenant.isEmpty() ? config : config.inTenant(tenant)),
                wait);
    }

    private static Path snapshot(URL url, String application) {
        String file = url.getParameter("file", "");
        Path snapshot =
                file.isEmpty()
                        ? Path.of(
                                System.getProperty("user.home", "."),
                                ".feiqian",
                                "registry",
                                "dubbo-" + application + ".json")
                        : Path.of(file);
        try {
            Files.createDirectories(snapshot.toAbsolutePath().getParent());
        } catch (IOException failure) {
            LOG.warn("what the registry says is not kept in {}", snapshot, failure);
        }
        return snapshot;
    }

    private static String process(String application) {
        String pid = "-" + ProcessHandle.current().pid();
        return application.substring(0, Math.min(application.length(), 64 - pid.length())) + pid;
    }

    private static String name(String application) {
        String name = application.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        return name.matches("[a-z0-9].*") ? name : "a" + name;
    }
}
