package io.feiqian.cli;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SerialNumbers;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A running system as the commands reach it: the gateway for what customers may do, the cells
 * directly for operators.
 */
final class RunningSystem implements AutoCloseable {
    /** The channel that this command line makes trace numbers for. */
    static final int CHANNEL = 1;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final HomeFolder home;
    private final Endpoints endpoints;
    private final BankClient.Operator operator;
    private final BankClient bank;
    private final Randomness random = Randomness.secure();
    private final SerialNumbers serials = new SerialNumbers(Clock.system(), random);

    private RunningSystem(HomeFolder home, BankClient.Operator operator) {
        this.home = home;
        this.endpoints = home.endpoints();
        this.operator = operator;
        this.bank = new BankClient(endpoints.gateway(), PATIENCE, operator);
    }

    /** The system in the home folder that the options name; the command is the default reason. */
    static RunningSystem of(CommonOptions options, String command) {
        HomeFolder home = options.openHome();
        return new RunningSystem(
                home,
                new BankClient.Operator(
                        home.adminToken(), options.operator(), options.reason(command)));
    }

    HomeFolder home() {
        return home;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    BankClient bank() {
        return bank;
    }

    /** A line to every cell; the caller closes them. */
    List<CellAdminClient> cells() {
        List<CellAdminClient> clients = new ArrayList<>();
        for (Endpoints.Cell each : endpoints.cells()) {
            clients.add(new CellAdminClient(each, operator));
        }
        return clients;
    }

    /** Lines to every instance and to the supervisor; the caller closes them. */
    FleetClient fleet() {
        return new FleetClient(endpoints.cells(), endpoints.supervisor(), operator, PATIENCE);
    }

    /** A fresh trace number whose home is this slot. */
    TraceNumber newTrace(BusinessDate date, Slot home) {
        return TraceNumber.of(date, home, CHANNEL, serials.next());
    }

    /** The slot of a new customer: the gateway knows which cells have room (D5.5-a). */
    Slot slotOfNewCustomer() {
        BankReply placed = accepted(bank.get("/v1/trace-number"), "a place for the customer");
        return TraceNumber.parse(placed.text("trace_number")).home();
    }

    /** What the bank answered, where it accepted. */
    static BankReply accepted(BankReply reply, String what) {
        if (reply.isAccepted()) {
            return reply;
        }
        throw refusal(reply, what);
    }

    /** A refusal as the end of a command. */
    static CommandFailure refusal(BankReply reply, String what) {
        String said =
                what
                        + ": "
                        + reply.outcome().code()
                        + " ("
                        + reply.outcome().code().number()
                        + "): "
                        + reply.outcome().message();
        return switch (reply.outcome().code().kind()) {
            case UNKNOWN ->
                    new CommandFailure(
                            ExitStatus.UNKNOWN_OUTCOME,
                            said,
                            "Repeat the command with the same --trace: it finds the truth.");
            case UNAVAILABLE, ROUTING ->
                    new CommandFailure(
                            ExitStatus.NOT_RUNNING, said, "Nothing moved; it may be repeated.");
            case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT, FAULT ->
                    new CommandFailure(ExitStatus.FAILED, said, "");
        };
    }

    @Override
    public void close() {
        bank.close();
    }
}
