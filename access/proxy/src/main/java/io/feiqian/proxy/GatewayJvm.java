package io.feiqian.proxy;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How the JVM of a gateway is started: the switches in the file {@code jvm.options} beside this
 * class, which says why.
 */
public final class GatewayJvm {
    private GatewayJvm() {}

    /** The switches, in their order; others may follow and override. */
    public static List<String> options() {
        try (InputStream file =
                requireNonNull(GatewayJvm.class.getResourceAsStream("jvm.options"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(each -> !each.isBlank() && !each.startsWith("#"))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
