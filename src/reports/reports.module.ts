import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module';
import { CompileReportHandler } from './compiling/compile-report.handler';
import { ReportCompiler } from './compiling/report-compiler';
import { ReportedJobsRepository } from './compiling/reported-jobs.repository';
import { ReportsController } from './reports.controller';
import { ReportsRepository } from './reports.repository';
import { ReportsService } from './reports.service';
import { ReportsSweeper } from './reports.sweeper';

/** Figures of jobs as files: compiled in the background, mailed, kept for download. */
@Module({
  imports: [FilesModule],
  controllers: [ReportsController],
  providers: [
    ReportsRepository,
    ReportsService,
    ReportsSweeper,
    ReportCompiler,
    ReportedJobsRepository,
    CompileReportHandler,
  ],
  exports: [ReportsService],
})
export class ReportsModule {}
