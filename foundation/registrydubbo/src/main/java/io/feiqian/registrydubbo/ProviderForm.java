package io.feiqian.registrydubbo;

import io.feiqian.registry.ServiceInstance;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.utils.UrlUtils;

/**
 * A Dubbo provider as an instance of the registry, and back. The interface is the role, with all
 * groups and versions in it, as a consumer may ask for any; the provider's whole URL is a label.
 */
final class ProviderForm {
    static final String URL_LABEL = "url";

    private static final int LONGEST = 64;
    private static final int DIGITS = 16;

    private ProviderForm() {}

    /**
     * The role of an interface: its name in lower case. Of a long name it is the end, told from
     * others by a digest. Two interfaces may share a role; {@link #matching} keeps them apart.
     */
    static String role(String type) {
        String plain = "dubbo." + plain(type);
        return plain.length() <= LONGEST ? plain : "dubbo." + end(plain(type), 41) + digest(type);
    }

    /** The instance that a provider's URL tells of; the same after a restart. */
    static ServiceInstance instance(URL provider) {
        String place = provider.getHost() + "-" + provider.getPort();
        String what =
                String.join(
                        " ",
                        provider.getProtocol(),
                        provider.getHost(),
                        Integer.toString(provider.getPort()),
                        provider.getServiceKey());
        return new ServiceInstance(
                role(provider.getServiceInterface()),
                Optional.empty(),
                "p" + end(plain(place), 40) + digest(what),
                provider.getHost(),
                provider.getPort(),
                Map.of(URL_LABEL, provider.toFullString()));
    }

    /**
     * The providers among the instances that a consumer's URL asks for. They belong to the
     * consumer's application: Dubbo makes connections with the parts of whom the URL belongs to,
     * and takes any other application of the process where it belongs to none.
     */
    static List<URL> matching(URL consumer, List<ServiceInstance> instances) {
        return instances.stream()
                .map(each -> each.labels().getOrDefault(URL_LABEL, ""))
                .filter(each -> !each.isEmpty())
                .map(each -> URL.valueOf(each, consumer.getScopeModel()))
                .filter(each -> UrlUtils.isMatch(consumer, each))
                .toList();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
    }

    private static String end(String text, int most) {
        return text.substring(Math.max(0, text.length() - most));
    }

    private static String digest(String text) {
        try {
            byte[] all =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "-" + HexFormat.of().formatHex(all).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
