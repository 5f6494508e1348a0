package io.feiqian.iso20022;

import java.io.Writer;
import java.util.Optional;
import java.util.function.Consumer;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes the report that answers a file: pain.002 for pain.001, pacs.002 for pacs.008. It reads the
 * file once more for the names of its transactions, so that it keeps none of them. Used by one
 * thread.
 */
final class StatusReport implements MessageReader.Visitor {
    private final XMLStreamWriter xml;
    private final Group group;
    private final boolean pain;
    private Optional<Statuses> statuses = Optional.empty();
    private int next;
    private int batches;

    private StatusReport(Writer out, Group group) throws XMLStreamException {
        this.xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
        this.group = group;
        this.pain = group.name().family().equals(MessageName.PAIN);
    }

    /**
     * Writes the report of a file whose transactions were tried.
     *
     * @param id the report's own name
     * @param now when it is written, as the standard has it
     * @param again reads the file and tells what it says
     */
    static void write(
            Writer out,
            Group group,
            Statuses statuses,
            String bic,
            String id,
            String now,
            Consumer<MessageReader.Visitor> again) {
        run(
                out,
                group,
                report -> {
                    report.begin(bic, id, now);
                    report.original(
                            statuses.all().code(), Optional.empty(), Optional.of(statuses.all()));
                    report.statuses = Optional.of(statuses);
                    again.accept(report);
                    report.end();
                });
    }

    /** Writes the report of a file of which nothing was tried. */
    static void write(
            Writer out, Group group, IsoRefusal refusal, String bic, String id, String now) {
        run(
                out,
                group,
                report -> {
                    report.begin(bic, id, now);
                    report.original(
                            Status.Code.RJCT, Optional.of(Status.of(refusal)), Optional.empty());
                    report.end();
                });
    }

    @Override
    public void group(MessageName name, Fields fields) {}

    @Override
    public void batch(Fields fields) {
        writing(() -> {
            xml.writeStartElement("OrgnlPmtInfAndSts");
            text("OrgnlPmtInfId", fields.require("PmtInfId", Group.NAME));
            statuses.ifPresent(all -> {
                Statuses.Count count = all.ofBatch(batches);
                writing(() -> text("PmtInfSts", count.code().name()));
            });
            batches++;
        });
    }

    @Override
    public void batchEnds() {
        writing(xml::writeEndElement);
    }

    @Override
    public void transaction(Fields fields) {
        int place = next++;
        statuses.ifPresent(all -> writing(() -> transaction(fields, all.each().get(place))));
    }

    private void transaction(Fields fields, Status status) throws XMLStreamException {
        xml.writeStartElement("TxInfAndSts");
        text("StsId", Integer.toString(next));
        optional("OrgnlInstrId", fields.find("PmtId/InstrId", Group.NAME));
        text("OrgnlEndToEndId", fields.require("PmtId/EndToEndId", Group.NAME));
        if (!pain) {
            optional("OrgnlTxId", fields.find("PmtId/TxId", Group.NAME));
        }
        if (!group.name().report().endsWith("03")) {
            optional("OrgnlUETR", fields.find("PmtId/UETR", 36));
        }
        text("TxSts", status.code().name());
        reason(status);
        optional("AcctSvcrRef", status.reference());
        xml.writeEndElement();
    }

    private void begin(String bic, String id, String now) throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("Document");
        xml.writeDefaultNamespace(MessageName.NAMESPACE + group.name().report());
        xml.writeStartElement(pain ? "CstmrPmtStsRpt" : "FIToFIPmtStsRpt");
        xml.writeStartElement("GrpHdr");
        text("MsgId", id);
        text("CreDtTm", now);
        String bicTag = group.name().report().endsWith("03") ? "BIC" : "BICFI";
        agent(pain ? "DbtrAgt" : "InstgAgt", bicTag, bic);
        if (!pain) {
            agent("InstdAgt", bicTag, group.party());
        }
        xml.writeEndElement();
    }

    private void original(Status.Code code, Optional<Status> why, Optional<Statuses.Count> count)
            throws XMLStreamException {
        xml.writeStartElement("OrgnlGrpInfAndSts");
        text("OrgnlMsgId", group.id());
        text("OrgnlMsgNmId", group.name().toString());
        text("OrgnlCreDtTm", group.created());
        text("OrgnlNbOfTxs", Integer.toString(group.count()));
        if (group.sum().isPresent()) {
            text("OrgnlCtrlSum", group.sum().get().toPlainString());
        }
        text("GrpSts", code.name());
        if (why.isPresent()) {
            reason(why.get());
        }
        if (count.isPresent()) {
            perStatus(Status.Code.ACSC, count.get().done());
            perStatus(Status.Code.RJCT, count.get().refused());
            perStatus(Status.Code.PDNG, count.get().pending());
        }
        xml.writeEndElement();
    }

    private void perStatus(Status.Code code, long many) throws XMLStreamException {
        if (many > 0) {
            xml.writeStartElement("NbOfTxsPerSts");
            text("DtldNbOfTxs", Long.toString(many));
            text("DtldSts", code.name());
            xml.writeEndElement();
        }
    }

    private void reason(Status status) throws XMLStreamException {
        if (status.reason().isEmpty()) {
            return;
        }
        xml.writeStartElement("StsRsnInf");
        xml.writeStartElement("Rsn");
        text("Cd", status.reason());
        xml.writeEndElement();
        if (!status.text().isEmpty()) {
            text("AddtlInf", status.text());
        }
        xml.writeEndElement();
    }

    private void agent(String tag, String bicTag, String bic) throws XMLStreamException {
        xml.writeStartElement(tag);
        xml.writeStartElement("FinInstnId");
        text(bicTag, bic);
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private void optional(String tag, Optional<String> text) throws XMLStreamException {
        if (text.isPresent()) {
            text(tag, text.get());
        }
    }

    private void text(String tag, String text) throws XMLStreamException {
        xml.writeStartElement(tag);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private void end() throws XMLStreamException {
        xml.writeEndDocument();
        xml.close();
    }

    private interface Writing {
        void write() throws XMLStreamException;
    }

    private interface Whole {
        void write(StatusReport report) throws XMLStreamException;
    }

    private static void run(Writer out, Group group, Whole whole) {
        try {
            whole.write(new StatusReport(out, group));
        } catch (XMLStreamException failed) {
            throw new IllegalStateException("the report cannot be written", failed);
        }
    }

    private static void writing(Writing part) {
        try {
            part.write();
        } catch (XMLStreamException failed) {
            throw new IllegalStateException("the report cannot be written", failed);
        }
    }
}
