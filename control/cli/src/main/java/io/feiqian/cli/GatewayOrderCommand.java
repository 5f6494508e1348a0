package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Orders to a gateway about its backends and clients, in force at once (P6.1.4-c.4). */
public abstract class GatewayOrderCommand implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final GatewayOptions gateway = new GatewayOptions();

    private final String action;

    private GatewayOrderCommand(String action) {
        this.action = action;
    }

    /** What is ordered, in words and as a body. */
    record Order(String words, ObjectNode body) {}

    /** A backend of a pool. */
    static final class Backend {
        @Parameters(index = "0", paramLabel = "POOL", description = "the pool")
        private String pool = "";

        @Parameters(index = "1", paramLabel = "BACKEND", description = "its name in the pool")
        private String backend = "";

        Order order() {
            return new Order(
                    backend + " of " + pool,
                    BankClient.body().put("pool", pool).put("backend", backend));
        }
    }

    abstract Order order();

    @Override
    public final Integer call() {
        Order order = order();
        GatewayOptions.Said said = gateway.order(common, "gateway " + action, action, order.body());
        if (common.json()) {
            common.out().println(said.body().toPrettyString());
        } else {
            common.out()
                    .printf(
                            "done: %s %s, at %s (%s)%n",
                            action,
                            order.words(),
                            said.body().path("gateway").asText("the gateway"),
                            said.desk().address());
        }
        return ExitStatus.OK.code();
    }

    /** Another weight. */
    @Command(
            name = "weight",
            mixinStandardHelpOptions = true,
            description = {
                "Give a backend another weight than its configuration, at once.",
                "It holds over restarts and other configurations, until --configured."
            })
    public static final class Weight extends GatewayOrderCommand {
        @Mixin private Backend backend = new Backend();

        @ArgGroup(multiplicity = "1")
        private Wanted wanted = new Wanted();

        /** A weight or none of its own. */
        static final class Wanted {
            @Option(names = "--to", paramLabel = "WEIGHT", description = "0 to 10000")
            private int weight = -1;

            @Option(names = "--configured", description = "what its configuration says")
            private boolean configured;
        }

        /** For picocli. */
        public Weight() {
            super("weight");
        }

        @Override
        Order order() {
            int weight = wanted.configured ? -1 : wanted.weight;
            if (weight < 0 && !wanted.configured) {
                throw new CommandFailure(
                        ExitStatus.USAGE,
                        "--to: " + weight + " (expected: 0 to 10000)",
                        "Name a weight, or --configured.");
            }
            Order order = backend.order();
            order.body().put("weight", weight);
            return new Order(
                    order.words() + (weight < 0 ? " as configured" : " to " + weight),
                    order.body());
        }
    }

    /** One about a backend alone. */
    abstract static class OfBackend extends GatewayOrderCommand {
        @Mixin private Backend backend = new Backend();

        OfBackend(String action) {
            super(action);
        }

        @Override
        final Order order() {
            return backend.order();
        }
    }

    /** Nothing new. */
    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = "Let a backend finish what it has and give it nothing new.")
    public static final class Drain extends OfBackend {
        /** For picocli. */
        public Drain() {
            super("drain");
        }
    }

    /** Something new again. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "End the drain of a backend.")
    public static final class Resume extends OfBackend {
        /** For picocli. */
        public Resume() {
            super("resume");
        }
    }

    /** A backend or a network of clients. */
    static final class Blocked {
        @Option(
                names = "--clients",
                paramLabel = "NETWORK",
                description = "clients, such as 192.0.2.0/24")
        private String clients = "";

        @ArgGroup(exclusive = false)
        private Backend backend = new Backend();

        Order order() {
            return clients.isEmpty()
                    ? backend.order()
                    : new Order("clients of " + clients, BankClient.body().put("clients", clients));
        }
    }

    /** One about a backend or clients. */
    abstract static class OfBackendOrClients extends GatewayOrderCommand {
        @ArgGroup(multiplicity = "1")
        private Blocked blocked = new Blocked();

        OfBackendOrClients(String action) {
            super(action);
        }

        @Override
        final Order order() {
            return blocked.order();
        }
    }

    /** Nothing at all. */
    @Command(
            name = "block",
            mixinStandardHelpOptions = true,
            description = {
                "Cut a backend off, with what it has, or refuse clients of a network.",
                "It holds over restarts, until 'unblock'."
            })
    public static final class Block extends OfBackendOrClients {
        /** For picocli. */
        public Block() {
            super("block");
        }
    }

    /** All again. */
    @Command(name = "unblock", mixinStandardHelpOptions = true, description = "Take a block back.")
    public static final class Unblock extends OfBackendOrClients {
        /** For picocli. */
        public Unblock() {
            super("unblock");
        }
    }
}
