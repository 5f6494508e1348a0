package io.feiqian.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which gateway a command speaks to: straight, past registry, console and cells. */
final class GatewayOptions {
    /** Where a gateway writes the address of its desk, in its folder. */
    private static final String ADDRESS_FILE = "desk-address";

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String ROOT = "/admin/v1/";

    @Option(
            names = "--address",
            paramLabel = "URL",
            description = "the gateway's desk (default: as the gateway of --home says)")
    private String address = "";

    /** What it says to a question. */
    JsonNode ask(CommonOptions common, String command, String question) {
        return said(common, command, question, Optional.empty());
    }

    /** What it says to an order. */
    JsonNode order(CommonOptions common, String command, String action, ObjectNode body) {
        return said(common, command, action, Optional.of(body));
    }

    private JsonNode said(
            CommonOptions common, String command, String path, Optional<ObjectNode> body) {
        HomeFolder home = common.openHome();
        BankClient.Operator operator =
                new BankClient.Operator(
                        home.adminToken(), common.operator(), common.reason(command));
        try (BankClient gateway = new BankClient(at(home), PATIENCE, operator)) {
            BankReply reply =
                    body.isPresent()
                            ? gateway.post(ROOT + path, body.get())
                            : gateway.get(ROOT + path);
            return RunningSystem.accepted(reply, "gateway").body();
        }
    }

    private String at(HomeFolder home) {
        if (!address.isEmpty()) {
            return address;
        }
        Path file = home.gateway().resolve(ADDRESS_FILE);
        try {
            return Files.readString(file).strip();
        } catch (IOException absent) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    "no gateway has run in " + home.root(),
                    "Name its desk with --address.",
                    absent);
        }
    }
}
