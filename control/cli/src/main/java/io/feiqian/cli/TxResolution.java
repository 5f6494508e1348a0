package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.feiqian.bank.contract.ApproveResolutionRequest;
import io.feiqian.bank.contract.ListResolutionsRequest;
import io.feiqian.bank.contract.ListResolutionsResponse;
import io.feiqian.bank.contract.RejectResolutionRequest;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ResolutionResponse;
import io.feiqian.bank.contract.RetryTransactionRequest;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends by the word of two operators what the protocol cannot (P6.3.3-d, B12-c.2). */
final class TxResolution {
    private TxResolution() {}

    /** Proposes. */
    @Command(
            name = "resolve",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Propose how a branch that contradicts its decision, or whose cell is gone, is to",
                "end. Nothing happens until another operator approves."
            })
    static final class Resolve implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
        private String trace = "";

        @Option(names = "--branch", required = true, description = "the branch's number")
        private int branch;

        @Option(
                names = "--as",
                required = true,
                paramLabel = "VERDICT",
                description = "confirmed where it committed, cancelled where it did not")
        private String verdict = "";

        @Option(
                names = "--corrected-by",
                paramLabel = "TEXT",
                description = {
                    "where the correction is recorded that was made elsewhere: the branch is then",
                    "acknowledged at the decision. Without it the cell of the branch posts the",
                    "correcting entry itself"
                })
        private String correctedBy = "";

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services)
                        .resolve(trace, branch, verdict, correctedBy);
            }
            TraceNumber number = TraceNumber.parse(trace);
            TxCells.Said<ShowTransactionResponse> said = TxCells.show(common, "tx resolve", number);
            List<TransactionRecord> records =
                    said.answers().stream()
                            .flatMap(each -> each.getRecordsList().stream())
                            .toList();
            if (said.silent().isEmpty() && records.isEmpty()) {
                throw TxCells.nobody(number);
            }
            ResolutionProposal proposal =
                    ResolutionProposal.of(
                            number, records, said.silent(), branch, verdict, correctedBy);
            ResolutionResponse response =
                    TxCells.askOne(
                            common,
                            "tx resolve",
                            proposal.cell(),
                            it -> it.proposeResolution(proposal.request()),
                            ResolutionResponse::getOutcome);
            print(common, response.getResolution());
            if (!common.json()) {
                common.out()
                        .printf(
                                "another operator approves it: feiqian tx approve %s --digest %s"
                                        + " --operator NAME --reason TEXT%n",
                                response.getResolution().getId(),
                                response.getResolution().getDigest());
            }
            return ExitStatus.OK.code();
        }
    }

    /** Lists what waits. */
    @Command(
            name = "proposals",
            mixinStandardHelpOptions = true,
            description = "List what waits for a second operator.")
    static final class Proposals implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services).proposals();
            }
            TxCells.Said<ListResolutionsResponse> said =
                    TxCells.askAll(
                            common,
                            "tx proposals",
                            it -> it.listResolutions(ListResolutionsRequest.getDefaultInstance()),
                            ListResolutionsResponse::getOutcome);
            List<ResolutionRecord> all =
                    said.answers().stream()
                            .flatMap(each -> each.getResolutionsList().stream())
                            .toList();
            if (common.json()) {
                ArrayNode array = BankClient.body().arrayNode();
                all.forEach(each -> array.add(Json.of(each)));
                common.out().println(array.toPrettyString());
            } else if (all.isEmpty()) {
                common.out().println("no proposal waits");
            } else {
                all.forEach(each -> print(common, each));
            }
            return said.end();
        }
    }

    /** Approves. */
    @Command(
            name = "approve",
            mixinStandardHelpOptions = true,
            description = {
                "Approve another operator's proposal: what it says is done in the same commit.",
                "Read it first with 'tx proposals' or 'tx show', and name its digest."
            })
    static final class Approve implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Parameters(paramLabel = "ID", description = "the proposal, as 2-17")
        private String id = "";

        @Option(
                names = "--digest",
                required = true,
                paramLabel = "HEX",
                description = "the digest of the proposal that was read, 16 hexadecimal digits")
        private String digest = "";

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services).approve(id, digest);
            }
            ApproveResolutionRequest request =
                    ApproveResolutionRequest.newBuilder()
                            .setId(id)
                            .setDigest(digest.toLowerCase(Locale.ROOT))
                            .build();
            ResolutionResponse response =
                    TxCells.askOne(
                            common,
                            "tx approve",
                            cellOf(id),
                            it -> it.approveResolution(request),
                            ResolutionResponse::getOutcome);
            print(common, response.getResolution());
            return takeUp(response.getResolution()).end();
        }

        /**
         * The protocol does the rest, at once: in the cell that decided it waits for an operator.
         */
        private TxCells.Said<Integer> takeUp(ResolutionRecord row) {
            RetryTransactionRequest request =
                    RetryTransactionRequest.newBuilder()
                            .setTraceNumber(row.getTraceNumber())
                            .build();
            return TxCells.askAll(
                    common,
                    "tx approve " + row.getId(),
                    cell -> cell.ask(it -> it.retryTransaction(request)).getTakenUp());
        }
    }

    /** Rejects. */
    @Command(
            name = "reject",
            mixinStandardHelpOptions = true,
            description = "Reject a proposal, or withdraw one's own.")
    static final class Reject implements Callable<Integer> {
        @Mixin private final CommonOptions common = new CommonOptions();

        @Mixin private final ServiceOptions services = new ServiceOptions();

        @Parameters(paramLabel = "ID", description = "the proposal, as 2-17")
        private String id = "";

        @Override
        public Integer call() {
            if (services.areGiven()) {
                return new TxServices(common, services).reject(id);
            }
            RejectResolutionRequest request =
                    RejectResolutionRequest.newBuilder().setId(id).build();
            ResolutionResponse response =
                    TxCells.askOne(
                            common,
                            "tx reject",
                            cellOf(id),
                            it -> it.rejectResolution(request),
                            ResolutionResponse::getOutcome);
            print(common, response.getResolution());
            return ExitStatus.OK.code();
        }
    }

    private static void print(CommonOptions common, ResolutionRecord row) {
        if (common.json()) {
            common.out().println(Json.of(row).toPrettyString());
        } else {
            common.out().println(row.getTraceNumber());
            TxShow.print(common.out(), row);
        }
    }

    private static String cellOf(String id) {
        if (!id.matches("[0-9]{1,4}-[0-9]{1,18}")) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "proposal: " + id + " (expected: the cell's number, a hyphen and a number)",
                    "See 'feiqian tx proposals'.");
        }
        return "cell-" + id.substring(0, id.indexOf('-'));
    }
}
