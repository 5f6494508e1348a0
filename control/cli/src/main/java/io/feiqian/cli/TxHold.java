package io.feiqian.cli;

import io.feiqian.bank.contract.ResumeTransactionRequest;
import io.feiqian.bank.contract.ResumeTransactionResponse;
import io.feiqian.bank.contract.SuspendTransactionRequest;
import io.feiqian.bank.contract.SuspendTransactionResponse;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Stops the repetitions of a transaction in every cell that knows it, and starts them again. */
final class TxHold {
    private TxHold() {}

    /** Suspends. */
    @Command(
            name = "suspend",
            mixinStandardHelpOptions = true,
            description = {
                "Stop every instance of every cell from repeating a transaction's steps, until",
                "'tx resume'. Decides nothing, and keeps all of its records."
            })
    static final class Suspend implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
        private String trace = "";

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services).hold("suspend", "suspended", trace);
            }
            TraceNumber number = TraceNumber.parse(trace);
            SuspendTransactionRequest request =
                    SuspendTransactionRequest.newBuilder()
                            .setTraceNumber(number.toString())
                            .build();
            TxCells.Said<SuspendTransactionResponse> said =
                    TxCells.askAll(
                            common,
                            "tx suspend",
                            it -> it.suspendTransaction(request),
                            SuspendTransactionResponse::getOutcome);
            requireKnown(
                    number,
                    said.silent(),
                    said.answers().stream().map(SuspendTransactionResponse::getOutcome).toList());
            long changed =
                    said.answers().stream().filter(SuspendTransactionResponse::getChanged).count();
            print(common, "suspended", changed);
            return said.end();
        }
    }

    /** Resumes. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Let a suspended transaction go on.")
    static final class Resume implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
        private String trace = "";

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services).hold("resume", "resumed", trace);
            }
            TraceNumber number = TraceNumber.parse(trace);
            ResumeTransactionRequest request =
                    ResumeTransactionRequest.newBuilder().setTraceNumber(number.toString()).build();
            TxCells.Said<ResumeTransactionResponse> said =
                    TxCells.askAll(
                            common,
                            "tx resume",
                            it -> it.resumeTransaction(request),
                            ResumeTransactionResponse::getOutcome);
            requireKnown(
                    number,
                    said.silent(),
                    said.answers().stream().map(ResumeTransactionResponse::getOutcome).toList());
            long changed =
                    said.answers().stream().filter(ResumeTransactionResponse::getChanged).count();
            print(common, "resumed", changed);
            return said.end();
        }
    }

    private static void requireKnown(
            TraceNumber trace, List<String> silent, List<Outcome> outcomes) {
        if (silent.isEmpty()
                && outcomes.stream()
                        .allMatch(each -> each.getCode() != OutcomeCode.ACCEPTED.number())) {
            throw TxCells.nobody(trace);
        }
    }

    private static void print(CommonOptions common, String what, long cells) {
        if (common.json()) {
            common.out().println(BankClient.body().put(what, cells).toPrettyString());
        } else if (cells == 0) {
            common.out().printf("it was %s before%n", what);
        } else {
            common.out().printf("%s in %d cells%n", what, cells);
        }
    }
}
