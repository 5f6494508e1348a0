package io.feiqian.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.deploy.Watch.Seen;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two machines that announce one address to a router by the BIRD configurations that this module
 * ships, and a client behind the router that asks the address all the time.
 */
@Timeout(180)
class EcmpTest {
    private static final String ADDRESS = "203.0.113.10";

    /** Two bad answers, a second apart; the rest is a busy machine. */
    private static final long MOST_MILLIS = 6_000;

    /** Three messages of BFD missed; without it, it takes as long as BGP holds its breath. */
    private static final long MOST_SILENT_MILLIS = 3_000;

    private static final int ENOUGH = 100;

    private Networks networks;
    private Watch watch;

    @BeforeEach
    void twoMachinesBehindARouter() throws Exception {
        Optional<String> missing =
                Networks.missing(Map.of("ip", "iproute2", "bird", "bird2", "birdc", "bird2"));
        assumeTrue(missing.isEmpty(), () -> "not tried: " + missing.orElse(""));
        networks = Networks.create();
        for (String each : List.of("gateway-ready", "gateway-announce")) {
            Files.copy(Path.of("health", each), networks.folder().resolve(each));
        }
        for (String each : List.of("router", "one", "two", "client")) {
            networks.machine(each);
        }
        link("one", "198.51.100.2/25", "198.51.100.1");
        link("two", "198.51.100.130/25", "198.51.100.129");
        link("client", "192.0.2.100/24", "192.0.2.1");
        networks.set("router", "net/ipv4/ip_forward", "1");
        networks.set("router", "net/ipv4/fib_multipath_hash_policy", "1");
        watch = new Watch(networks.talk("client", "caller", Networks.java(Caller.class, ADDRESS)));
        bird("router", "router.conf", Map.of());
        for (String each : List.of("one", "two")) {
            networks.on(each, "address", "add", ADDRESS + "/32", "dev", "lo");
            serve(each);
        }
        bird("one", "node.conf", Map.of());
        bird(
                "two",
                "node.conf",
                Map.of("198.51.100.2", "198.51.100.130", "198.51.100.1 ", "198.51.100.129 "));
        for (String each : List.of("one", "two")) {
            networks.start(
                    each,
                    "announce-" + each,
                    List.of(networks.folder().resolve("gateway-announce").toString()),
                    Map.of("FEIQIAN_BIRD_SOCKET", socket(each).toString()));
        }
        Seen both = watch.await(seen -> seen.isServedBy(ENOUGH, "one", "two"));
        assertThat(both.by())
                .as(networks.said("bird-router") + networks.said("announce-one"))
                .containsExactly("one", "two");
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (watch != null) {
            watch.close();
        }
        if (networks != null) {
            networks.close();
        }
    }

    @Test
    @Requirement("P6.1.2-2")
    void bothServeAndTheOtherOneTakesAllWhenAGatewayDiesOrItsMachineFallsSilent() throws Exception {
        watch.mark();
        networks.kill("gateway-one");
        Seen killed = watch.await(seen -> seen.isServedBy(ENOUGH, "two"));
        report("ECMP, gateway killed", killed);
        assertThat(killed.by()).containsExactly("two");
        assertThat(killed.disturbedMillis()).isLessThan(MOST_MILLIS);

        watch.mark();
        serve("one");
        Seen back = watch.await(seen -> seen.isServedBy(ENOUGH, "one", "two"));
        assertThat(back.by()).containsExactly("one", "two");
        assertThat(back.disturbedMillis()).isZero();

        // Nobody is told: the link stays up, but nothing comes from the machine any more.
        watch.mark();
        networks.on("two", "address", "flush", "dev", "eth0");
        Seen silent = watch.await(seen -> seen.isServedBy(ENOUGH, "one"));
        report("ECMP, machine silent", silent);
        assertThat(silent.by()).containsExactly("one");
        assertThat(silent.disturbedMillis()).isBetween(1L, MOST_SILENT_MILLIS);
    }

    private static void report(String what, Seen seen) {
        System.out.printf(
                "%s: requests failed for %d ms, all of them for %d ms%n",
                what, seen.disturbedMillis(), seen.gapMillis());
    }

    private void link(String machine, String address, String gateway) throws IOException {
        networks.cable(machine, "eth0", "router", machine);
        networks.on(machine, "address", "add", address, "dev", "eth0");
        networks.on(
                "router",
                "address",
                "add",
                gateway + address.substring(address.indexOf('/')),
                "dev",
                machine);
        networks.on(machine, "route", "add", "default", "via", gateway);
    }

    private void serve(String machine) throws IOException {
        networks.start(machine, "gateway-" + machine, Networks.java(Responder.class, machine));
    }

    private void bird(String machine, String which, Map<String, String> differs)
            throws IOException {
        String configuration = Files.readString(Path.of("bird", which));
        for (Map.Entry<String, String> each : differs.entrySet()) {
            assertThat(configuration).contains(each.getKey());
            configuration = configuration.replace(each.getKey(), each.getValue());
        }
        Path file =
                Files.writeString(networks.folder().resolve(machine + "-bird.conf"), configuration);
        networks.start(
                machine,
                "bird-" + machine,
                List.of("bird", "-f", "-c", file.toString(), "-s", socket(machine).toString()));
    }

    private Path socket(String machine) {
        return networks.folder().resolve(machine + ".ctl");
    }
}
