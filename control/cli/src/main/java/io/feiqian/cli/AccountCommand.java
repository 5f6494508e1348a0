package io.feiqian.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Opens and shows accounts. */
@Command(
        name = "account",
        mixinStandardHelpOptions = true,
        description = "Open an account, show it, list its entries.",
        subcommands = {
            AccountCommand.Open.class,
            AccountCommand.Show.class,
            AccountCommand.Statement.class
        })
final class AccountCommand extends CommandGroup {
    /** Opens a customer and an account, or another account of a customer. */
    @Command(
            name = "open",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = "Open an account; without --customer also a new customer.")
    static final class Open implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Option(names = "--customer", paramLabel = "NUMBER", description = "whose account it is")
        private String customer = "";

        @Option(
                names = "--name",
                description = "the new customer's name (default: ${DEFAULT-VALUE})")
        private String name = "Customer";

        @Option(
                names = "--document",
                description = "the number of the new customer's identity document")
        private String document = "";

        @Option(names = "--phone", description = "the new customer's telephone number")
        private String phone = "";

        @Option(
                names = "--currency",
                description = "three letters of ISO 4217 (default: ${DEFAULT-VALUE})")
        private String currency = "CNY";

        @Option(
                names = "--overdraft",
                paramLabel = "AMOUNT",
                description = "how far below zero the balance may go")
        private String overdraft = "";

        @Option(names = "--cash", description = "instead open a cash desk of the bank in this cell")
        private String cashIn = "";

        @Override
        public Integer call() {
            try (RunningSystem system = RunningSystem.of(common, "account open")) {
                JsonNode result = cashIn.isEmpty() ? customerAccount(system) : cashDesk(system);
                if (common.json()) {
                    common.out().println(result.toPrettyString());
                } else {
                    result.properties()
                            .forEach(each ->
                                    common.out()
                                            .println(
                                                    each.getKey()
                                                            + " "
                                                            + each.getValue().asText()));
                }
                return ExitStatus.OK.code();
            }
        }

        private JsonNode customerAccount(RunningSystem system) {
            Slot slot =
                    customer.isEmpty()
                            ? system.slotOfNewCustomer()
                            : new Slot(Integer.parseInt(customer.substring(0, 4)));
            BusinessDate date = businessDate(system);
            String owner = customer;
            if (owner.isEmpty()) {
                ObjectNode body = BankClient.body();
                body.put("trace_number", system.newTrace(date, slot).toString());
                body.put("name", name);
                body.put(
                        "document",
                        document.isEmpty() ? "D" + system.newTrace(date, slot).serial() : document);
                body.put("phone", phone);
                owner =
                        RunningSystem.accepted(
                                        system.bank().post("/v1/customers", body), "the customer")
                                .text("customer");
            }
            ObjectNode body = BankClient.body();
            TraceNumber trace = system.newTrace(date, slot);
            body.put("trace_number", trace.toString());
            body.put("customer", owner);
            body.put("currency", currency);
            body.put("overdraft_limit", overdraft);
            BankReply reply = system.bank().post("/v1/accounts", body);
            ObjectNode result = BankClient.body();
            result.put("customer", owner);
            result.put("account", RunningSystem.accepted(reply, "the account").text("account"));
            return result;
        }

        private JsonNode cashDesk(RunningSystem system) {
            ObjectNode body = BankClient.body();
            Slot slot = Slot.pinnedTo(CellId.parse(cashIn));
            body.put("trace_number", system.newTrace(businessDate(system), slot).toString());
            body.put("kind", "CASH");
            body.put("currency", currency);
            body.put("name", name);
            BankReply reply = system.bank().post("/v1/internal-accounts", body);
            ObjectNode result = BankClient.body();
            result.put("account", RunningSystem.accepted(reply, "the account").text("account"));
            return result;
        }

        /** Any cell's date: a trace number dated a little off is taken by every cell. */
        private static BusinessDate businessDate(RunningSystem system) {
            List<CellAdminClient> cells = system.cells();
            try {
                return BusinessDate.parse(
                        cells.getFirst()
                                .ask(cell ->
                                        cell.getCellStatus(CellStatusRequest.getDefaultInstance()))
                                .getBusinessDate());
            } finally {
                cells.forEach(CellAdminClient::close);
            }
        }
    }

    /** Shows one account. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Show an account.")
    static final class Show implements Callable<Integer> {
        private static final List<String> FIELDS =
                List.of(
                        "account",
                        "customer",
                        "kind",
                        "currency",
                        "status",
                        "balance",
                        "held",
                        "pending",
                        "overdraft_limit",
                        "available",
                        "business_date");

        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "ACCOUNT", description = "16 digits")
        private String account = "";

        @Override
        public Integer call() {
            try (RunningSystem system = RunningSystem.of(common, "account show")) {
                BankReply reply =
                        RunningSystem.accepted(
                                system.bank().get("/v1/accounts/" + AccountNumber.parse(account)),
                                account);
                if (common.json()) {
                    common.out().println(reply.body().toPrettyString());
                } else {
                    for (String field : FIELDS) {
                        common.out().printf("%-15s %s%n", field, reply.text(field));
                    }
                }
                return ExitStatus.OK.code();
            }
        }
    }

    /** Lists an account's entries. */
    @Command(
            name = "statement",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = "List the entries of an account, oldest first.")
    static final class Statement implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "ACCOUNT", description = "16 digits")
        private String account = "";

        @Option(names = "--from", paramLabel = "DATE", description = "first business date")
        private String from = "";

        @Option(names = "--to", paramLabel = "DATE", description = "last business date")
        private String to = "";

        @Option(names = "--limit", description = "the most entries (default: ${DEFAULT-VALUE})")
        private int limit = 100;

        @Override
        public Integer call() {
            try (RunningSystem system = RunningSystem.of(common, "account statement")) {
                String path =
                        "/v1/accounts/%s/statement?from=%s&to=%s&limit=%d"
                                .formatted(
                                        AccountNumber.parse(account),
                                        encoded(from),
                                        encoded(to),
                                        limit);
                BankReply reply = RunningSystem.accepted(system.bank().get(path), account);
                if (common.json()) {
                    common.out().println(reply.body().toPrettyString());
                } else {
                    reply.body().path("entries").forEach(this::print);
                }
                return ExitStatus.OK.code();
            }
        }

        private void print(JsonNode entry) {
            common.out()
                    .printf(
                            "%s %15s %15s  %s %s %s%n",
                            entry.path("business_date").asText(),
                            entry.path("amount").asText(),
                            entry.path("balance_after").asText(),
                            entry.path("counter_account").asText(),
                            entry.path("kind").asText(),
                            entry.path("text").asText());
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }
}
