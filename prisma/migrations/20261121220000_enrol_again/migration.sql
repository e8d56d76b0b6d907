-- AlterTable
ALTER TABLE "EnrolmentToken" ADD COLUMN     "renewsId" TEXT;

-- AddForeignKey
ALTER TABLE "EnrolmentToken" ADD CONSTRAINT "EnrolmentToken_renewsId_fkey" FOREIGN KEY ("renewsId") REFERENCES "Director"("id") ON DELETE CASCADE ON UPDATE CASCADE;
