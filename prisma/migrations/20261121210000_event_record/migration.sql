-- AlterTable
ALTER TABLE "Event" ADD COLUMN     "countedEvents" INTEGER,
ADD COLUMN     "countedOverMs" INTEGER,
ADD COLUMN     "keptAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- Rows of before were kept when they happened, as far as anybody knows.
UPDATE "Event" SET "keptAt" = "at" WHERE "at" < "keptAt";

-- CreateIndex
CREATE INDEX "Event_keptAt_idx" ON "Event"("keptAt");
