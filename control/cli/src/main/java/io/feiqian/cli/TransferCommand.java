package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Moves money between two accounts, and asks again until the outcome is definite. */
@Command(
        name = "transfer",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Move money from one account to another; asks again until it is definite.")
final class TransferCommand implements Callable<Integer> {
    private static final int TRIES = 30;
    private static final Duration PAUSE = Duration.ofMillis(500);

    @Mixin private final CommonOptions common = new CommonOptions();

    @Option(names = "--from", required = true, paramLabel = "ACCOUNT", description = "who pays")
    private String from = "";

    @Option(names = "--to", required = true, paramLabel = "ACCOUNT", description = "who is paid")
    private String to = "";

    @Option(names = "--amount", required = true, description = "a decimal such as 12.50")
    private String amount = "";

    @Option(
            names = "--currency",
            description = "three letters of ISO 4217 (default: ${DEFAULT-VALUE})")
    private String currency = "CNY";

    @Option(names = "--text", description = "what the statement says")
    private String text = "";

    @Option(
            names = "--trace",
            paramLabel = "NUMBER",
            description = "repeat this trace number of an earlier call")
    private String trace = "";

    @Override
    public Integer call() throws InterruptedException {
        try (RunningSystem system = RunningSystem.of(common, "transfer")) {
            TraceNumber number = trace.isEmpty() ? newTrace(system) : TraceNumber.parse(trace);
            if (!common.json()) {
                common.out().println("trace number " + number);
            }
            BankReply reply = send(system, number);
            report(number, reply);
            if (!reply.isAccepted()) {
                throw RunningSystem.refusal(reply, "transfer " + number);
            }
            return ExitStatus.OK.code();
        }
    }

    private TraceNumber newTrace(RunningSystem system) {
        AccountNumber payer = AccountNumber.parse(from);
        BankReply account =
                RunningSystem.accepted(system.bank().get("/v1/accounts/" + payer), from);
        return system.newTrace(BusinessDate.parse(account.text("business_date")), payer.slot());
    }

    private BankReply send(RunningSystem system, TraceNumber number) throws InterruptedException {
        ObjectNode body = BankClient.body();
        body.put("trace_number", number.toString());
        body.put("payer_account", from);
        body.put("payee_account", to);
        body.put("amount", amount);
        body.put("currency", currency);
        body.put("text", text);
        body.put("wait", "SETTLED");
        try (Timer timer = Timer.system("transfer")) {
            BankReply reply = system.bank().post("/v1/transfers", body);
            for (int tries = 1; tries < TRIES && reply.isWorthRepeating(); tries++) {
                timer.pause(PAUSE);
                reply = system.bank().post("/v1/transfers", body);
            }
            return reply;
        }
    }

    private void report(TraceNumber number, BankReply reply) {
        if (common.json()) {
            ObjectNode result = BankClient.body();
            result.put("trace_number", number.toString());
            result.put("code", reply.outcome().code().number());
            result.put("name", reply.outcome().code().name());
            result.put("message", reply.outcome().message());
            result.put("recorded", reply.recorded());
            result.put("state", reply.text("state"));
            result.put("business_date", reply.text("business_date"));
            result.put("payer_balance", reply.text("payer_balance"));
            common.out().println(result.toPrettyString());
        } else if (reply.isAccepted()) {
            common.out()
                    .println(
                            "%s%s, business date %s, payer's balance %s"
                                    .formatted(
                                            reply.text("state"),
                                            reply.recorded() ? " (recorded answer)" : "",
                                            reply.text("business_date"),
                                            reply.text("payer_balance")));
        }
    }
}
