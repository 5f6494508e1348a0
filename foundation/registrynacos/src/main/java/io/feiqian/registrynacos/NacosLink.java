package io.feiqian.registrynacos;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.PropertyKeyConst;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.config.listener.Listener;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.listener.EventListener;
import com.alibaba.nacos.api.naming.pojo.Instance;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two clients of Nacos that a process has, for instances and for texts. They keep their
 * connections by themselves and say again after a loss what was registered and watched. Calls wait
 * for Nacos, so only the worker's thread makes them.
 */
final class NacosLink implements AutoCloseable {
    /** Everything of this system stands in this group of its namespace. */
    static final String GROUP = "feiqian";

    private static final Logger LOG = LoggerFactory.getLogger(NacosLink.class);
    private static final long ANSWER_MILLIS = 2_000;

    /** No text has this digest: a text that is to be new replaces none. */
    private static final String NONE = "none";

    private final NamingService naming;
    private final ConfigService texts;

    NacosLink(NacosConfig config) throws NacosException {
        Properties properties = new Properties();
        properties.setProperty(PropertyKeyConst.SERVER_ADDR, config.servers());
        config.tenant().ifPresent(each -> properties.setProperty(PropertyKeyConst.NAMESPACE, each));
        config.login()
                .ifPresent(each -> {
                    properties.setProperty(PropertyKeyConst.USERNAME, each.user());
                    properties.setProperty(PropertyKeyConst.PASSWORD, each.password());
                });
        // What it kept of an earlier life could be of another registry; the snapshot is ours.
        properties.setProperty(PropertyKeyConst.NAMING_LOAD_CACHE_AT_START, "false");
        properties.setProperty(PropertyKeyConst.CONFIG_REQUEST_TIMEOUT, "" + ANSWER_MILLIS);
        naming = NacosFactory.createNamingService(properties);
        texts = NacosFactory.createConfigService(properties);
    }

    boolean isUp() {
        return naming.getServerStatus().equals("UP");
    }

    /** Makes these all that this process has registered under the name. */
    void register(String name, List<Instance> all) throws NacosException {
        naming.batchRegisterInstance(name, GROUP, all);
    }

    /** Takes out all that this process has registered under the name. */
    void leave(String name, List<Instance> all) throws NacosException {
        naming.batchDeregisterInstance(name, GROUP, all);
    }

    /** Hears of every change of who is registered under the name. */
    void watch(String name, EventListener listener) throws NacosException {
        naming.subscribe(name, GROUP, listener);
    }

    void unwatch(String name, EventListener listener) throws NacosException {
        naming.unsubscribe(name, GROUP, listener);
    }

    /** Who is registered under the name, as Nacos said last; it is watched from now on. */
    List<Instance> registered(String name) throws NacosException {
        return naming.getAllInstances(name, GROUP, new ArrayList<>(), true);
    }

    /** Who is registered under the name, as Nacos says now. */
    List<Instance> listed(String name) throws NacosException {
        return naming.getAllInstances(name, GROUP, new ArrayList<>(), false);
    }

    /**
     * The text of this name as Nacos has it, never as this machine remembers it; the listener hears
     * of every change from now on, once however often it is given.
     */
    Optional<String> read(String name, Listener listener) throws NacosException {
        return Optional.ofNullable(
                texts.getConfigAndSignListener(name, GROUP, ANSWER_MILLIS, listener));
    }

    void forget(String name, Listener listener) {
        texts.removeListener(name, GROUP, listener);
    }

    /**
     * Replaces a text if it still is the expected one; says whether it was. Where it says no, the
     * text may also not have been written for another reason: reading it tells.
     */
    boolean replace(String name, Optional<String> expected, String next) throws NacosException {
        return texts.publishConfigCas(
                name, GROUP, next, expected.map(NacosLink::digest).orElse(NONE), "json");
    }

    @Override
    public void close() {
        try {
            naming.shutDown();
            texts.shutDown();
        } catch (NacosException late) {
            LOG.warn("left without the registry's answer; the end of the connection ends it", late);
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("MD5")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException("every JDK has MD5", never);
        }
    }
}
